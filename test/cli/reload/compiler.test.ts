// The process that compiles policies and checks their types: what becomes of it, and of a task, whatever happens.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { Compiler } from '../../../src/cli/reload/compiler.ts'
import { Folder } from '../folder.ts'
import { policyAt } from './managed.ts'

const FILES = { 'a.ts': `${policyAt('/a')}export const n: number = 'x'\n` }

test('a process that dies is replaced, and its task done by the next; one with nothing to do is let go', async () => {
  using folder = new Folder(FILES)
  const compiler = new Compiler({ idleMs: 50 })
  const task = { files: [join(folder.path, 'a.ts')], checkTypes: false }
  const answered = compiler.compile(task)
  const first = compiler.pid
  assert.ok(first !== null)
  process.kill(first, 'SIGKILL')
  const answer = await answered
  assert.equal(answer.ok, true)
  assert.notEqual(compiler.pid, first)
  for (let i = 0; i < 1e6 && compiler.pid !== null; i++) await turn()
  assert.equal(compiler.pid, null)
})

test('types are checked where that is wanted; a task that takes too long fails, and the next one is done', async () => {
  using folder = new Folder(FILES)
  const files = [join(folder.path, 'a.ts')]
  const hasty = new Compiler({ limitMs: 1 })
  await assert.rejects(hasty.compile({ files, checkTypes: true }), /took longer than 1 ms/)
  assert.equal(hasty.pid, null)
  const compiler = new Compiler()
  const answer = await compiler.compile({ files, checkTypes: true })
  await compiler.stop()
  assert.ok(answer.ok)
  assert.match(answer.typeMistakes[0]?.where ?? '', /a\.ts:3:14$/)
  assert.equal(compiler.pid, null)
})
