/** The house keeps its rules: floors, purity, no cycles, no hidden state; and the check itself sees what it must. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'node:test'
import { factsOf, type Source } from './architecture/facts.ts'
import { violations } from './architecture/rules.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

test('src and policies keep every rule of the house', () => {
  const sources = [...sourcesBelow('src'), ...sourcesBelow('policies')]
  assert.ok(
    sources.some((source) => source.path === 'src/base/clock.ts'),
    'the source files were not found',
  )
  assert.deepEqual(violations(sources.map(factsOf)), [])
})

describe('the check sees', () => {
  const BAD: readonly (readonly [what: string, path: string, text: string, complaint: RegExp])[] = [
    [
      'an import from a higher floor',
      'src/http/a.ts',
      "import { b } from '../engine/b.ts'",
      /floor 4, above its own 1/,
    ],
    [
      'a type imported from a higher floor',
      'src/http/a.ts',
      "import type { B } from '../engine/b.ts'",
      /floor 4/,
    ],
    ['an inline type from a higher floor', 'src/base/a.ts', "type B = import('../cli/b.ts').B", /floor 7/],
    ['a re-export from a higher floor', 'src/base/a.ts', "export * from '../store/b.ts'", /floor 2/],
    ['a dynamic import from a higher floor', 'src/store/a.ts', "await import('../server/b.ts')", /floor 5/],
    ['two rooms on one floor', 'src/store/a.ts', "import { b } from '../origin/b.ts'", /same floor/],
    ['an import out of the house', 'src/engine/a.ts', "import '../../test/b.ts'", /outside the house/],
    ['a room that is on no floor', 'src/utils/a.ts', '', /no room/],
    ['a file beside the rooms', 'src/index.ts', '', /no room/],
    ['a file that imports itself', 'src/http/a.ts', "import './a.ts'", /cycle/],
    ['I/O in a pure room', 'src/policy/a.ts', "import { readFileSync } from 'node:fs'", /imports node:fs/],
    [
      'sockets in a pure room',
      'src/config/a.ts',
      "import { isIP, connect } from 'node:net'",
      /imports node:net/,
    ],
    ['a clock in a pure room', 'src/engine/a.ts', 'const age = () => Date.now()', /Date\.now/],
    ['a date of now in a pure room', 'src/http/a.ts', 'const date = () => new Date()', /new Date/],
    ['a monotonic clock in a pure room', 'src/base/a.ts', 'const t = () => performance.now()', /performance/],
    ['a timer in a pure room', 'src/engine/a.ts', 'setTimeout(() => {}, 1)', /setTimeout/],
    ['the network in a pure room', 'src/engine/a.ts', "fetch('http://a.example')", /reaches for fetch/],
    ['dice in a pure room', 'src/invalidate/a.ts', 'const n = () => Math.random()', /Math\.random/],
    ['the environment in a pure room', 'src/config/a.ts', 'const port = () => process.env.PORT', /process/],
    ['a variable at module level', 'src/server/a.ts', 'let count = 0', /module level: count/],
    [
      'a memo at module level',
      'src/http/a.ts',
      'const memo = new Map<string, number>()',
      /module level: memo/,
    ],
    [
      'an exported list at module level',
      'src/admin/a.ts',
      'export const all: string[] = []',
      /module level: all/,
    ],
    ['a package in the wrong room', 'src/engine/a.ts', "import { request } from 'undici'", /for origin/],
    ['an unknown package', 'src/http/a.ts', "import x from '@scope/left-pad/x'", /no package of ours/],
    [
      'a policy that the testing kit takes for granted',
      'src/testing/a.ts',
      "import demo from '../../policies/demo.ts'",
      /outside the house/,
    ],
    [
      'a policy that reaches inside',
      'policies/a.ts',
      "import '../src/engine/b.ts'",
      /lacquer-cache and its own/,
    ],
  ]
  for (const [what, path, text, complaint] of BAD) {
    test(what, () => {
      const found = violations([factsOf({ path, text })])
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0] ?? '', complaint)
    })
  }

  test('a cycle of several files', () => {
    const cycle = [
      { path: 'src/http/a.ts', text: "import './b.ts'" },
      { path: 'src/http/b.ts', text: "import type { C } from './c.ts'" },
      { path: 'src/http/c.ts', text: "export { a } from './a.ts'" },
    ]
    const told = 'import cycle: src/http/a.ts -> src/http/b.ts -> src/http/c.ts -> src/http/a.ts'
    assert.deepEqual(violations(cycle.map(factsOf)), [told])
  })
})

describe('the check allows', () => {
  const GOOD: readonly (readonly [what: string, path: string, text: string])[] = [
    ['an import from a lower floor', 'src/engine/a.ts', "import { b } from '../http/b.ts'"],
    ['an import from the same room', 'src/store/a.ts', "import { b } from './memory/b.ts'"],
    ['the clock its clock', 'src/base/clock.ts', 'const now = () => Date.now() + performance.now()'],
    ['the policy loader its files', 'src/policy/loader.ts', "import { readFile } from 'node:fs/promises'"],
    ['types of streams in a pure room', 'src/engine/a.ts', "import type { Duplex } from 'node:stream'"],
    ['what computes only', 'src/config/a.ts', "import { isIP, BlockList } from 'node:net'"],
    ['a verdict that is called fetch', 'src/engine/a.ts', "import { fetch } from './b.ts'\nfetch()"],
    ['a date made of a number', 'src/http/a.ts', 'const date = (ms: number) => new Date(ms)'],
    ['I/O where it belongs', 'src/server/a.ts', "import { createServer } from 'node:net'"],
    ['tables at module level', 'src/http/a.ts', "const HOP = new Set(['te'])\nconst NAMES = ['a']"],
    ['an empty list that nobody can fill', 'src/http/a.ts', 'const NONE: readonly string[] = []'],
    [
      'state inside a function',
      'src/http/a.ts',
      'export function f() { let n = 0; const m = new Map(); return [n, m] }',
    ],
    ['state at module level in cli', 'src/cli/a.ts', 'let stopping = false'],
    ['the testing kit the default policy', 'src/testing/a.ts', "import b from '../../policies/builtin.ts'"],
    ['a package in its room', 'src/origin/a.ts', "import { Pool } from 'undici'"],
    [
      'a policy its helper',
      'policies/examples/a.ts',
      "import { route } from 'lacquer-cache'\nimport '../b.ts'",
    ],
  ]
  for (const [what, path, text] of GOOD) {
    test(what, () => assert.deepEqual(violations([factsOf({ path, text })]), []))
  }
})

function sourcesBelow(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|js)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: relative(ROOT, file).split(sep).join('/'),
      text: readFileSync(file, 'utf8'),
    }))
}
