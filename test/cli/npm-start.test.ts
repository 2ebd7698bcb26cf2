import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'

test('a signal to `npm start`, as platforms and supervisors send it, drains the edge and leaves nothing behind', async () => {
  const npm = spawn('npm', ['start', '--', '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  npm.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  while (!said.includes('Try, twice')) await once(npm.stderr, 'data')
  npm.kill('SIGTERM')
  // The edge holds the other end of this pipe: it closes when the last of npm, its shell and the edge is gone.
  await once(npm, 'close')
  assert.match(said, /drain|stopped|finish/i)
})
