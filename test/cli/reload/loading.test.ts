/** Policies that are loaded while the edge runs: compiled as the worker does it, evaluated as the edge does it. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { GraphBuilder, GraphError } from '../../../src/cli/reload/build-graph.ts'
import type { Mistake } from '../../../src/cli/reload/graph.ts'
import { loadSet, type LoadedSet } from '../../../src/cli/reload/load-set.ts'
import type { LoadedModules } from '../../../src/cli/reload/module-loader.ts'
import { PolicyError } from '../../../src/policy/policy-error.ts'
import { Folder } from '../folder.ts'

type Files = Readonly<Record<string, string>>

const IMPORT = "import { route } from 'lacquer-cache'"

/** One folder, loaded again and again. */
class Reloads {
  readonly folder: Folder
  readonly #builder = new GraphBuilder(ts)
  modules: LoadedModules = new Map()
  #count = 0

  constructor(files: Files) {
    this.folder = new Folder(files)
  }

  write(files: Files): void {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder.path, name), text)
  }

  async load(name = 'p.ts', limitMs?: number): Promise<LoadedSet> {
    const file = join(this.folder.path, name)
    const graph = this.#builder.build([file])
    const loaded = await loadSet(graph, [file], String(++this.#count), this.modules, limitMs)
    this.modules = loaded.modules
    return loaded
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]()
  }
}

/** What `p.ts` exports as `value`. */
async function valueOf(files: Files): Promise<unknown> {
  using reloads = new Reloads({
    ...files,
    'p.ts': `${IMPORT}\n${files['p.ts'] ?? ''}\nexport default route({})`,
  })
  const { modules } = await reloads.load()
  return modules.get(join(reloads.folder.path, 'p.ts'))?.namespace['value']
}

async function fails(source: string, files: Files = {}, limitMs?: number): Promise<Mistake> {
  using reloads = new Reloads({ ...files, 'p.ts': source })
  const error: unknown = await reloads.load('p.ts', limitMs).then(
    () => null,
    (reason: unknown) => reason,
  )
  const folder = `${reloads.folder.path}/`
  if (error instanceof GraphError) {
    return { where: error.mistake.where.replace(folder, ''), what: error.message.replaceAll(folder, '') }
  }
  assert.ok(error instanceof PolicyError, `it loads, or ${String(error)}`)
  return { where: error.where.replace(folder, ''), what: error.message.replaceAll(folder, '') }
}

describe('a module that is loaded while the edge runs', () => {
  test('imports by name, by default, as a namespace and for its effects, from files, Node and Lacquer', async () => {
    const value = await valueOf({
      'p.ts': `import './_effect.ts'
import one, { two as zwei, type Word } from './_help.ts'
import * as help from './_help.ts'
import { join } from 'node:path'
import * as lacquer from 'lacquer-cache'
const word: Word = 'w'
export const value = [one, zwei, word, Object.keys(help), join('a', 'b'), typeof lacquer.pass, globalThis.effect]`,
      '_help.ts': 'export type Word = string\nexport default 1\nexport const two: number = 2',
      '_effect.ts': "(globalThis as { effect?: string }).effect = 'done'",
    })
    assert.deepEqual(value, [1, 2, 'w', ['default', 'two'], 'a/b', 'function', 'done'])
  })

  test('passes on what another one exports', async () => {
    const value = await valueOf({
      'p.ts': "import * as all from './_all.ts'\nexport const value = { ...all, inner: { ...all.inner } }",
      '_all.ts':
        "export * from './_a.ts'\nexport { a as again, default } from './_a.ts'\nexport * as inner from './_a.ts'\nexport const b = 'mine'",
      '_a.ts': "export const a = 'a'\nexport let b = 'theirs'\nexport default 'd'",
    })
    assert.deepEqual(value, {
      a: 'a',
      again: 'a',
      b: 'mine',
      default: 'd',
      inner: { a: 'a', b: 'theirs', default: 'd' },
    })
  })

  test('exports declarations of every kind', async () => {
    const value = await valueOf({
      'p.ts':
        "import * as all from './_all.ts'\nexport const value = Object.entries(all).map(([name, one]) => `${name} ${typeof one}`)",
      '_all.ts': `export const { a, b: [c = 1, ...d], ...e } = { a: 1, b: [] as number[], f: 2 }
export var g = 1, h = 2
export function i() {}
export async function* j() {}
export class K {}
const l = 1
export { l, l as 'm-n' }
export default function () {}
`,
    })
    assert.deepEqual(value, [
      'K function',
      'a number',
      'c number',
      'd object',
      'default function',
      'e object',
      'g number',
      'h number',
      'i function',
      'j function',
      'l number',
      'm-n number',
    ])
  })

  test('sees the value of now of what another one exports, however it is assigned, and passes it on', async () => {
    const value = await valueOf({
      'p.ts': `import { a, b, count, list } from './_through.ts'
import { change } from './_state.ts'
const before = [a, b, count, list]
change()
export const value = [before, [a, b, count, list]]`,
      '_through.ts':
        "import { count } from './_state.ts'\nexport { count }\nexport { a, b } from './_state.ts'\nexport * from './_state.ts'",
      '_state.ts': `export let a = 1, b = 1, count = 1, list: number[] = []
export function change() {
  a = a + 1;
  [b] = [3]
  count++
  for (list of [[1], [2]]) ;
}`,
    })
    assert.deepEqual(value, [
      [1, 1, 1, []],
      [2, 3, 2, [2]],
    ])
  })

  test('may be part of a circle', async () => {
    const value = await valueOf({
      'p.ts': "import { even } from './_even.ts'\nexport const value = [even(4), even(3)]",
      '_even.ts':
        "import { odd } from './_odd.ts'\nexport const even = (n: number): boolean => n === 0 || odd(n - 1)",
      '_odd.ts':
        "import { even } from './_even.ts'\nexport function odd(n: number): boolean { return n !== 0 && even(n - 1) }",
    })
    assert.deepEqual(value, [true, false])
  })

  test('may await, import JSON and CommonJS, import later, and knows where it is', async () => {
    const value = await valueOf({
      'p.ts': `import data from './data.json' with { type: 'json' }
import common, { x } from './common.cjs'
const later = await import('./_later.ts')
const { sep } = await import('node:path')
export const value = [data.a, common.x, x, later.default, sep, import.meta.url, import.meta.filename, import.meta.resolve('./x.ts'), import.meta.resolve('node:fs')].map(String)`,
      'data.json': '{"a": 1}',
      'common.cjs': 'module.exports = { x: 2 }',
      '_later.ts': "export default 'later'",
    })
    const [a, b, c, later, sep, url, filename, relative, fs] = value as string[]
    assert.deepEqual([a, b, c, later, sep, fs], ['1', '2', '2', 'later', '/', 'node:fs'])
    assert.equal(url, pathToFileURL(filename ?? '').href)
    assert.equal(relative, url.replace('p.ts', 'x.ts'))
  })

  test("says a thrown error's line and column as they are in the file", async () => {
    const value = await valueOf({
      'p.ts': `import { fail } from './_fail.ts'
export let value = ''
try { fail() } catch (error) { value = (error as Error).stack ?? '' }`,
      '_fail.ts':
        "export async function no() {}; export function fail(a?: string): never { throw new Error('x') }",
    })
    assert.match(String(value), /at fail \(.*\/_fail\.ts:1:80\)\n.*\/p\.ts:4:7/)
  })
})

describe('what is wrong is said with file and line', () => {
  const cases: [string, string, Files, string, RegExp][] = [
    ['a syntax error', 'const a = 1\nexport default {{\n', {}, 'p.ts:2', /it does not load/],
    [
      'a syntax error in a helper',
      "\nimport './_h.ts'",
      { '_h.ts': '\n\nlet let' },
      '_h.ts:3',
      /it does not load/,
    ],
    ['what cannot be stripped', '\nenum A { b }', {}, 'p.ts:2', /enum is not supported/],
    ['a name declared twice', 'const a = 1\nconst a = 2', {}, 'p.ts:2', /a/],
    ['an exception', "\n\nthrow new Error('no luck')", {}, 'p.ts:3', /no luck/],
    [
      'an exception in a helper',
      "import './_h.ts'",
      { '_h.ts': "\nthrow new Error('no luck')" },
      '_h.ts:2',
      /no luck/,
    ],
    ['a missing file', "\nimport './_h.ts'", {}, 'p.ts:2', /there is no file _h\.ts/],
    [
      'a missing package',
      "\nimport 'no-such-package'",
      {},
      'p.ts:2',
      /Cannot find package 'no-such-package'/,
    ],
    [
      'a missing export',
      "\nimport { nothing } from 'lacquer-cache'\nexport default nothing",
      {},
      'p.ts:2',
      /does not provide an export named 'nothing'/,
    ],
    [
      'a missing export of a helper',
      "import { x } from './_h.ts'\nexport default x",
      { '_h.ts': '' },
      'p.ts:1',
      /does not provide an export named 'x'/,
    ],
    [
      'JSON that is none',
      "import x from './x.json' with { type: 'json' }\nexport default x",
      { 'x.json': '{' },
      'x.json',
      /JSON/,
    ],
    [
      'a key that route() does not have',
      `${IMPORT}\n\nexport default route({ recev() {} })`,
      {},
      'p.ts:3',
      /there is no 'recev'/,
    ],
    ['no default export', 'export const a = 1', {}, 'p.ts', /no default export/],
    ['another default export', 'export default {}', {}, 'p.ts:1', /must be made by route/],
  ]
  for (const [name, source, files, where, what] of cases) {
    test(name, async () => {
      const mistake = await fails(source, files)
      assert.equal(mistake.where, where, mistake.what)
      assert.match(mistake.what, what)
    })
  }

  test('an await that never ends', async () => {
    const { what } = await fails('await new Promise(() => undefined)', {}, 20)
    assert.match(what, /a top-level await has not ended within 20 ms/)
  })
})

describe('from one load to the next', () => {
  const files = {
    'p.ts': `${IMPORT}\nimport { made } from './_a.ts'\nimport './_b.ts'\nexport const value = made\nexport default route({})`,
    '_a.ts': 'export const made = {}',
    '_b.ts': "import './_c.ts'",
    '_c.ts': '',
  }

  async function reuse(change: Files): Promise<string[]> {
    using reloads = new Reloads(files)
    const before = (await reloads.load()).modules
    reloads.write(change)
    const after = (await reloads.load()).modules
    const same = [...after].filter(([path, module]) => before.get(path) === module)
    return same.map(([path]) => path.slice(reloads.folder.path.length + 1)).sort()
  }

  test('nothing is evaluated again where nothing has changed', async () => {
    assert.deepEqual(await reuse({}), ['_a.ts', '_b.ts', '_c.ts', 'p.ts'])
  })

  test('what has changed is, and all that imports it; the rest keeps what it remembers', async () => {
    assert.deepEqual(await reuse({ '_c.ts': '// changed' }), ['_a.ts'])
    assert.deepEqual(await reuse({ 'p.ts': `${files['p.ts']}\n` }), ['_a.ts', '_b.ts', '_c.ts'])
  })

  test('an importer that is new is told by one that is not', async () => {
    using reloads = new Reloads({
      'p.ts': `${IMPORT}\nimport { now } from './_now.ts'\nexport { set } from './_now.ts'\nexport const get = () => now\nexport default route({})`,
      '_now.ts': 'export let now = 1\nexport const set = (value: number) => { now = value }',
    })
    await reloads.load()
    reloads.write({
      'p.ts': `${IMPORT}\nimport { now } from './_now.ts'\nexport { set } from './_now.ts'\nexport const get = () => 'now ' + now\nexport default route({})`,
    })
    const { modules } = await reloads.load()
    const { get, set } = modules.get(join(reloads.folder.path, 'p.ts'))!.namespace as {
      get: () => string
      set: (value: number) => void
    }
    set(2)
    assert.equal(get(), 'now 2')
  })
})
