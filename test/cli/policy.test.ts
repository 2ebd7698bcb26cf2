// `lacquer policy`, as its users call it.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Folder } from './folder.ts'
import { Lacquer, run, type Finished } from './lacquer.ts'
import { policyAt } from './reload/managed.ts'

test('lacquer policy lists, compares, goes back, loads anew, and says what is wrong; SIGHUP loads, too', async () => {
  using folder = new Folder({ 'a.ts': policyAt('/1') })
  const file = join(folder.path, 'a.ts')
  await using edge = new Lacquer([
    ...['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--policies', folder.path],
    ...['--policy-watch', 'off', '--policy-types', 'off'],
  ])
  const [, admin = ''] = await edge.says(/health on http:\/\/([^)]+)\)/)
  const policy = (...args: string[]): Promise<Finished> => run(['policy', ...args, '--admin', admin])

  const first = await policy('list')
  assert.equal(first.status, 0)
  assert.match(first.out, /^\* 1 .*\nversion 1 is in force\non disk \(.*\): what is on disk is in force\n/)
  assert.match(first.out, /changes on disk are loaded by SIGHUP or lacquer policy reload/)
  assert.match((await policy('rollback')).err, /^lacquer: there is nothing to go back to/)

  writeFileSync(file, policyAt('/2'))
  assert.match((await policy('reload')).out, /^version 2 is in force, loaded in \d+ ms\n$/)
  assert.match((await policy('diff')).out, /^--- .*a\.ts \(version 1\)\n[^]*^-.*'\/1'.*\n\+.*'\/2'/m)
  const { out } = await policy('use', '1', '--json')
  assert.deepEqual(JSON.parse(out), { active: '1', before: '2' })
  assert.match((await policy('list')).out, /version 1 was put in force in place of version 2/)

  writeFileSync(file, policyAt('/3'))
  edge.kill('SIGHUP')
  await edge.says(/policies-loaded version=3 cause=signal/)
  assert.match((await policy('rollback')).out, /^version 1 is in force in place of version 3/)

  writeFileSync(file, 'export default {{')
  const failed = await policy('reload')
  assert.equal(failed.status, 1)
  assert.match(failed.err, /a\.ts:1: it does not load: .*; version 1 stays in force\n$/)
  const unknown = await policy('use', '9')
  assert.equal(unknown.status, 1)
  assert.match(unknown.err, /there is no version '9'; kept are 1, 2, 3/)
})
