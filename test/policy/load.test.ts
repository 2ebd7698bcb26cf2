import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { builtinPath, loadPolicies, policyFiles } from '../../src/policy/load.ts'
import { PolicyError } from '../../src/policy/policy-error.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacquer-policies-'))
})
after(() => rm(folder, { recursive: true }))

async function write(name: string, source: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, source)
  return file
}

async function fails(name: string, source: string): Promise<PolicyError> {
  const file = await write(name, source)
  const error: unknown = await loadPolicies([file], name).then(
    () => null,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof PolicyError, 'it loads')
  return error
}

test('a file that a policy imports may import the testing kit, wherever it lies', async () => {
  await write('_kit.ts', "export { testEdge } from 'lacquer-cache/testing'\n")
  const file = await write(
    'kit.ts',
    `import { route } from 'lacquer-cache'
import { testEdge } from './_kit.ts'
export default route({ name: typeof testEdge().get })\n`,
  )
  const set = await loadPolicies([file], 'kit')
  assert.equal(set.routes[0]?.name, 'function')
})

test('a policy may lie in a package, as the worked ones do, and is told with its line where it is wrong', async () => {
  await mkdir(join(folder, 'node_modules/shared'), { recursive: true })
  const policy =
    "import { route } from 'lacquer-cache'\nconst name: string = 'shared'\nexport default route({ name })\n"
  const set = await loadPolicies([await write('node_modules/shared/p.ts', policy)], 'package')
  assert.equal(set.routes[0]?.name, 'shared')
  const error = await fails('node_modules/shared/q.ts', `${policy}const = 1\n`)
  assert.match(error.where, /shared\/q\.ts:4$/)
})

describe('policies are found', () => {
  test('in a folder: its files, but for tests, types, hidden ones, helpers (_) and subfolders', async () => {
    const dir = join(folder, 'found')
    await mkdir(join(dir, 'examples'), { recursive: true })
    for (const name of [
      'b.ts',
      'a.js',
      'a.test.ts',
      'a.d.ts',
      '_help.ts',
      '.hidden.ts',
      'notes.md',
      'examples/x.ts',
    ]) {
      await writeFile(join(dir, name), '')
    }
    assert.deepEqual(await policyFiles(dir, true), [join(dir, 'a.js'), join(dir, 'b.ts')])
  })

  test('builtin is not loaded twice where the folder is the one it lies in', async () => {
    assert.ok(!(await policyFiles(join(builtinPath(), '..'), true)).includes(builtinPath()))
    assert.deepEqual(await policyFiles(builtinPath(), true), [])
  })

  test('a folder that is not there is an error only where it was asked for', async () => {
    assert.deepEqual(await policyFiles(join(folder, 'none'), false), [])
    await assert.rejects(policyFiles(join(folder, 'none'), true), /there is no policy file or folder .*none/)
  })
})

describe('policies are loaded', () => {
  test("from anywhere, with 'lacquer-cache' meaning this Lacquer, and named by their file", async () => {
    const file = await write(
      'shop.ts',
      "import { route } from 'lacquer-cache'\nexport default route({ match: { path: '/s' } })\n",
    )
    const set = await loadPolicies([file], 'anywhere')
    assert.equal(set.match('x', '/s', 'GET').name, 'shop')
    assert.equal(set.match('x', '/s', 'GET').file, file)
    assert.equal(set.builtin.name, 'builtin')
  })

  test('anew each time, helper files included', async () => {
    const policy = await write(
      'reload.ts',
      "import { route } from 'lacquer-cache'\nimport { path } from './_path.ts'\nexport default route({ match: { path } })\n",
    )
    await write('_path.ts', "export const path: string = '/one'\n")
    assert.equal((await loadPolicies([policy], 'r1')).match('x', '/one', 'GET').name, 'reload')
    await write('_path.ts', "export const path: string = '/two'\n")
    assert.equal((await loadPolicies([policy], 'r2')).match('x', '/two', 'GET').name, 'reload')
  })
})

describe('what is wrong with a policy is said with file and line', () => {
  test('a syntax error', async () => {
    const error = await fails('syntax.ts', 'const a = 1\nexport default {{\n')
    assert.equal(error.where, join(folder, 'syntax.ts:2'))
  })

  test('an exception while it loads', async () => {
    const error = await fails('throws.ts', "\n\nthrow new Error('no luck')\n")
    assert.equal(error.where, join(folder, 'throws.ts:3'))
    assert.match(error.message, /no luck/)
  })

  test('a key that route() does not have', async () => {
    const error = await fails(
      'key.ts',
      "import { route } from 'lacquer-cache'\n\nexport default route({ recev() {} })\n",
    )
    assert.equal(error.where, join(folder, 'key.ts:3'))
    assert.match(error.message, /there is no 'recev'/)
  })

  test('an import that is not there', async () => {
    const error = await fails(
      'import.ts',
      "import { nothing } from 'lacquer-cache'\nexport default nothing\n",
    )
    assert.match(error.message, /does not provide an export named 'nothing'/)
  })

  test('no default export, or one that route() did not make', async () => {
    const none = await fails('none.ts', 'export const a = 1\n')
    assert.match(none.message, /no default export/)
    assert.equal(none.where, join(folder, 'none.ts'))
    const other = await fails('other.ts', '\n// export default route({})\nexport default {}\n')
    assert.match(other.message, /must be made by route/)
    assert.equal(other.where, join(folder, 'other.ts:3'))
  })

  test('two routes that claim the same, or have one name: where both are', async () => {
    const of = (definition: string): string =>
      `import { route } from 'lacquer-cache'\nexport default route(${definition})\n`
    const load = (name: string): Promise<PolicyError> =>
      loadPolicies([join(folder, 'same-a.ts'), join(folder, 'same-b.ts')], name).then(
        () => assert.fail('it loads'),
        (error: unknown) => error as PolicyError,
      )
    await write('same-a.ts', of("{\n  match: { path: '/a' } }"))
    await write('same-b.ts', of("{\n\n  match: { path: '/a' } }"))
    const claim = await load('same-claim')
    assert.equal(claim.where, join(folder, 'same-b.ts:4'))
    assert.match(claim.message, /'same-a' and 'same-b' both claim \*\/a \(the first in .*same-a\.ts:3\)/)
    await write('same-b.ts', of("{ name: 'same-a', match: { path: '/b' } }"))
    const named = await load('same-name')
    assert.equal(named.where, join(folder, 'same-b.ts:2'))
    assert.match(named.message, /two routes are named 'same-a' \(the other in .*same-a\.ts:3\)/)
    await write('same-b.ts', of("{ name: 'builtin' }"))
    const own = await load('same-builtin')
    assert.equal(own.where, join(folder, 'same-b.ts:2'))
  })

  test('a pattern that is none', async () => {
    const error = await fails(
      'pattern.ts',
      "import { route } from 'lacquer-cache'\nexport default route({ match: { path: 'x' } })\n",
    )
    assert.equal(error.where, join(folder, 'pattern.ts:2'))
  })

  test('a top-level await that never ends', async () => {
    const file = await write('await.ts', 'await new Promise(() => undefined)\n')
    await assert.rejects(loadPolicies([file], 'await', 20), /a top-level await has not ended within 20 ms/)
  })
})
