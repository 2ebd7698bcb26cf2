import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Problem } from '../../../src/admin/operation.ts'
import { POLICIES, POLICY_DIFF, POLICY_VERSION } from '../../../src/admin/policy-operations.ts'
import { PolicyError } from '../../../src/policy/policy-error.ts'
import { Managed, policyAt } from './managed.ts'

const IMPORTING = `import { route } from 'lacquer-cache'
import { path } from './_path.ts'
export default route({ match: { path } })
`

describe('a change on disk is loaded', () => {
  const watched = { isWatched: true } as const

  test('of a file, written in place or put in its place', async () => {
    await using edge = await Managed.start({ 'a.ts': policyAt('/1') }, watched)
    edge.write('a.ts', policyAt('/2'))
    assert.equal((await edge.says('policies-loaded'))['version'], '2')
    assert.equal(edge.routeOf('/2'), 'a')
    edge.replace('a.ts', policyAt('/3'))
    assert.equal((await edge.says('policies-loaded'))['version'], '3')
    assert.equal(edge.routeOf('/3'), 'a')
    assert.equal(edge.routeOf('/2'), 'builtin')
  })

  test('of a file that is added, and of one that is removed', async () => {
    await using edge = await Managed.start({ 'a.ts': policyAt('/a') }, watched)
    edge.write('b.ts', policyAt('/b'))
    await edge.says('policies-loaded')
    assert.equal(edge.routeOf('/b'), 'b')
    edge.remove('a.ts')
    await edge.says('policies-loaded')
    assert.equal(edge.routeOf('/a'), 'builtin')
    assert.equal(edge.routeOf('/b'), 'b')
  })

  test('of a file that a policy imports, from the first version on and from later ones', async () => {
    await using edge = await Managed.start(
      {
        'a.ts': IMPORTING,
        '_path.ts': "export { path } from './deep/path.ts'\n",
        'deep/path.ts': "export const path = '/1'\n",
      },
      watched,
    )
    edge.write('deep/path.ts', "export const path = '/2'\n")
    await edge.says('policies-loaded')
    assert.equal(edge.routeOf('/2'), 'a')
    edge.write('deep/other.ts', "export const path = '/3'\n")
    edge.write('_path.ts', "export { path } from './deep/other.ts'\n")
    await edge.says('policies-loaded')
    edge.write('deep/other.ts', "export const path = '/4'\n")
    await edge.says('policies-loaded')
    assert.equal(edge.routeOf('/4'), 'a')
  })

  test('of a file whose import was missing, once it is there', async () => {
    await using edge = await Managed.start({ 'a.ts': policyAt('/1') }, watched)
    edge.write('a.ts', IMPORTING)
    assert.match(String((await edge.says('policies-failed'))['reason']), /there is no file .*_path\.ts/)
    edge.write('_path.ts', "export const path = '/2'\n")
    await edge.says('policies-loaded')
    assert.equal(edge.routeOf('/2'), 'a')
  })

  test('of a folder that is not there at first', async () => {
    await using edge = await Managed.start({}, { ...watched, path: 'later/policies', mustExist: false })
    mkdirSync(join(edge.folder.path, 'later'))
    mkdirSync(join(edge.folder.path, 'later/policies'))
    edge.write('later/policies/a.ts', policyAt('/a'))
    await edge.says('policies-loaded')
    assert.equal(edge.routeOf('/a'), 'a')
  })

  test('of a single file that was named', async () => {
    await using edge = await Managed.start(
      { 'a.ts': policyAt('/1'), 'b.ts': policyAt('/b') },
      { ...watched, path: 'a.ts' },
    )
    edge.replace('a.ts', policyAt('/2'))
    await edge.says('policies-loaded')
    assert.equal(edge.routeOf('/2'), 'a')
    assert.equal(edge.routeOf('/b'), 'builtin')
  })
})

describe('a change that is not right', () => {
  /** A folder with one policy in force, and what became of writing `text` in its place. */
  async function refused(text: string, options: Parameters<typeof Managed.start>[1] = {}) {
    await using edge = await Managed.start({ 'a.ts': policyAt('/a'), 'b.ts': policyAt('/b') }, options)
    edge.write('a.ts', text)
    const reload = await edge.manager.reload('signal')
    assert.equal(reload.result, 'failed')
    assert.equal(edge.used.length, 0, 'something was put in force')
    assert.equal(edge.manager.list().active, '1')
    assert.equal(edge.manager.list().disk.isInForce, false)
    assert.equal(edge.manager.figures.hasFailed, true)
    assert.deepEqual([...edge.recorder.slots('policyReloads')], [0, 0, 1])
    const logged = await edge.says('policies-failed')
    const [mistake] = reload.mistakes
    assert.ok(mistake !== undefined)
    assert.deepEqual(logged, { where: mistake.where, reason: mistake.what, inForce: '1' })
    return { where: mistake.where.replace(`${edge.folder.path}/`, ''), what: mistake.what }
  }

  test('in its syntax', async () => {
    assert.equal((await refused('export default {{')).where, 'a.ts:1')
  })

  test('in its types', async () => {
    const { where, what } = await refused(`${policyAt('/x')}export const n: number = 'x'\n`, {
      checkTypes: true,
    })
    assert.equal(where, 'a.ts:3:14')
    assert.match(what, /'string' is not assignable to type 'number'/)
  })

  test('in claiming what another one claims', async () => {
    const { what } = await refused(policyAt('/b'))
    assert.match(what, /routes 'a' and 'b' both claim \*\/b/)
  })

  test('in what the edge has to say of it', async () => {
    const { what } = await refused(policyAt('/x'), {
      validate: (set) => {
        throw new PolicyError('a', set.routes[0]?.file ?? '', "there is no origin 'x'")
      },
    })
    assert.equal(what, "there is no origin 'x'")
  })

  test('in being gone, folder and all', async () => {
    await using edge = await Managed.start(
      { 'policies/a.ts': policyAt('/a') },
      { path: 'policies', mustExist: false },
    )
    edge.remove('policies')
    assert.equal((await edge.manager.reload('signal')).result, 'failed')
    mkdirSync(join(edge.folder.path, 'policies'))
    assert.equal((await edge.manager.reload('signal')).result, 'loaded')
    assert.equal(edge.routeOf('/a'), 'builtin')
  })

  test('in what it takes to compile it: then the next one is tried anew', async () => {
    const broken = { compile: () => Promise.reject(new Error('it ended')), stop: () => Promise.resolve() }
    const { what } = await refused(policyAt('/x'), { compiler: broken })
    assert.equal(what, 'it ended')
  })

  test('is forgiven when it is mended, and when it is taken back', async () => {
    await using edge = await Managed.start({ 'a.ts': policyAt('/1') })
    edge.write('a.ts', '{{')
    await edge.manager.reload('signal')
    edge.write('a.ts', policyAt('/1'))
    assert.equal((await edge.manager.reload('signal')).result, 'unchanged')
    assert.equal(edge.manager.figures.hasFailed, false)
    edge.write('a.ts', '{{')
    await edge.manager.reload('signal')
    edge.write('a.ts', policyAt('/2'))
    assert.equal((await edge.manager.reload('signal')).result, 'loaded')
    assert.deepEqual(edge.manager.list().disk, { isInForce: true, why: 'what is on disk is in force' })
  })

  test('is told to who asks for a reload as a problem with all its mistakes', async () => {
    await using edge = await Managed.start({ 'a.ts': policyAt('/1') }, { checkTypes: true })
    edge.write('a.ts', `${policyAt('/1')}export const n: number = 'x'\nexport const s: string = 1\n`)
    await assert.rejects(edge.manager.reload('request'), (error: unknown) => {
      assert.ok(error instanceof Problem)
      assert.equal(error.status, 422)
      assert.match(error.message, /a\.ts:3:14: .* \(and 1 more\); version 1 stays in force$/)
      assert.equal((error.extra as { errors: unknown[] }).errors.length, 2)
      return true
    })
  })
})

describe('what was wrong from the start', () => {
  test('is said as a warning, and the policies stay in force', async () => {
    const mistaken = `${policyAt('/1')}export const n: number = 'x'\n`
    await using edge = await Managed.start({ 'a.ts': mistaken }, { checkTypes: true })
    const reload = await edge.manager.reload('start')
    assert.equal(reload.result, 'unchanged')
    assert.equal((await edge.says('policies-mistaken'))['inForce'], '1')
    assert.equal(edge.manager.figures.hasFailed, false)
  })
})

describe('versions', () => {
  async function three(keep = 10): Promise<Managed> {
    const edge = await Managed.start({ 'a.ts': policyAt('/1') }, { keep })
    for (const path of ['/2', '/3']) {
      edge.write('a.ts', policyAt(path))
      await edge.manager.reload('signal')
    }
    return edge
  }

  test('are kept and listed, with what changed', async () => {
    await using edge = await three()
    const list = POLICIES.parse(edge.manager.list())
    assert.equal(list.active, '3')
    assert.deepEqual(
      list.versions.map(({ id, inForce, fromDisk, changes }) => [id, inForce, fromDisk, changes.length]),
      [
        ['1', false, false, 0],
        ['2', false, false, 1],
        ['3', true, true, 1],
      ],
    )
    assert.match(list.versions[2]?.changes[0] ?? '', /a\.ts changed$/)
  })

  test('can be looked at: routes and sources as they were', async () => {
    await using edge = await three()
    const { sources, routes } = POLICY_VERSION.parse(edge.manager.version('2'))
    assert.deepEqual(Object.values(sources), [policyAt('/2')])
    assert.deepEqual(
      routes.map((route) => [route.name, route.hooks]),
      [['a', []]],
    )
  })

  test('can be gone back to step by step, until there is none', async () => {
    await using edge = await three()
    assert.deepEqual(await edge.manager.rollBack(), { active: '2', before: '3' })
    assert.equal(edge.routeOf('/2'), 'a')
    assert.deepEqual(await edge.manager.rollBack(), { active: '1', before: '2' })
    await assert.rejects(edge.manager.rollBack(), /there is nothing to go back to/)
    assert.equal(edge.routeOf('/1'), 'a')
  })

  test('can be put in force by name, though the files say something else: then that is said', async () => {
    await using edge = await three()
    assert.deepEqual(await edge.manager.use('1'), { active: '1', before: '3' })
    assert.equal(edge.routeOf('/1'), 'a')
    assert.equal(edge.manager.figures.isSetAside, true)
    assert.match(
      edge.manager.list().disk.why,
      /version 1 was put in force in place of version 3, which is on disk/,
    )
    assert.deepEqual(await edge.manager.rollBack(), { active: '3', before: '1' })
    assert.equal(edge.manager.figures.isSetAside, false)
    await assert.rejects(edge.manager.use('9'), /there is no version '9'; kept are 1, 2, 3/)
  })

  test('stay in force when a file is only touched; a change, or who asks for what is on disk, ends that', async () => {
    await using edge = await three()
    await edge.manager.use('1')
    assert.equal((await edge.manager.reload('change')).result, 'unchanged')
    assert.equal(edge.manager.list().active, '1')
    assert.equal((await edge.manager.reload('request')).version, '3')
    await edge.manager.use('1')
    edge.write('a.ts', policyAt('/4'))
    assert.equal((await edge.manager.reload('change')).version, '4')
    assert.equal(edge.routeOf('/4'), 'a')
  })

  test('are compared as unified diffs, by default the one in force with the one before', async () => {
    await using edge = await three()
    edge.write('b.ts', policyAt('/b'))
    await edge.manager.reload('signal')
    const last = POLICY_DIFF.parse(edge.manager.diff(undefined, undefined))
    assert.deepEqual([last.from, last.to, last.files.map((file) => file.status)], ['3', '4', ['added']])
    const { files } = edge.manager.diff('1', '3')
    assert.match(files[0]?.patch ?? '', /^-export default .*'\/1'.*\n\+export default .*'\/3'/m)
    assert.deepEqual(edge.manager.diff('3', '3').files, [])
    assert.deepEqual(edge.manager.diff('3', '4').files, last.files)
  })

  test('are kept up to a limit, the oldest goes first, and never the one in force', async () => {
    await using edge = await three(2)
    assert.deepEqual(
      edge.manager.list().versions.map(({ id }) => id),
      ['2', '3'],
    )
    await edge.manager.use('2')
    edge.write('a.ts', policyAt('/4'))
    await edge.manager.reload('signal')
    assert.deepEqual(
      edge.manager.list().versions.map(({ id }) => id),
      ['3', '4'],
    )
    assert.equal(edge.manager.figures.kept, 2)
    // Version 2, which was in force before, is gone; so the one before that is gone back to.
    assert.deepEqual(await edge.manager.rollBack(), { active: '3', before: '4' })
  })
})

test('what is asked for at once is done in turn, and reloads that wait are one', async () => {
  await using edge = await Managed.start({ 'a.ts': policyAt('/1') })
  edge.write('a.ts', policyAt('/2'))
  const [first, second, switched] = await Promise.all([
    edge.manager.reload('change'),
    edge.manager.reload('signal'),
    edge.manager.use('1'),
  ])
  assert.equal(first, second)
  assert.deepEqual(switched, { active: '1', before: '2' })
})

test('policies that did not come from disk are not reloaded', async () => {
  await using edge = await Managed.start({}, { disk: null })
  assert.throws(() => edge.manager.reload('request'), /were not loaded from files/)
  assert.equal(edge.manager.list().path, null)
})
