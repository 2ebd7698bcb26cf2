import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Admin } from '../../src/admin/admin.ts'
import { Metrics } from '../../src/admin/metrics.ts'
import { writeAddress } from '../../src/config/address.ts'
import { Recorder } from '../../src/observe/recorder.ts'
import { listening, NO_INVALIDATION } from './listening.ts'

const origins = () => new Map()
const health = () => new Map()
const policies = () => ({ version: 1, kept: 1, hasFailed: false, isSetAside: false })

describe('the admin listener', () => {
  let admin: Admin
  let base = ''
  let reason: string | null = null

  before(async () => {
    const recorder = new Recorder()
    recorder.route('builtin').request('hit', 1)
    admin = await listening({ recorder, notReady: () => reason })
    base = `http://${writeAddress(admin.address)}`
  })
  after(() => admin.close())

  /** Sends bytes and gives back all that comes until the connection is closed. */
  function raw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let received = ''
      const socket = connect(admin.address.port, admin.address.host, () => socket.write(bytes))
      socket.setEncoding('latin1')
      socket.on('data', (chunk: string) => (received += chunk))
      socket.on('error', reject)
      socket.on('close', () => resolve(received))
    })
  }

  test('shows metrics in the text format of Prometheus', async () => {
    const response = await fetch(`${base}/metrics`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
    assert.match(await response.text(), /^lacquer_requests_total\{[^}]*outcome="hit"[^}]*\} 1$/m)
  })

  test('is alive while it answers, and ready when it is told so', async () => {
    assert.equal((await fetch(`${base}/healthz`)).status, 200)
    assert.equal((await fetch(`${base}/readyz`)).status, 200)
    reason = 'draining'
    const response = await fetch(`${base}/readyz`)
    reason = null
    assert.equal(response.status, 503)
    assert.equal(await response.text(), 'draining\n')
  })

  test('says what pages there are where one is not found', async () => {
    const response = await fetch(`${base}/metric`)
    assert.equal(response.status, 404)
    assert.match(await response.text(), /there is no \/metric/)
  })

  test('is only read', async () => {
    const response = await fetch(`${base}/metrics`, { method: 'POST', body: 'x' })
    assert.equal(response.status, 405)
    assert.equal(response.headers.get('allow'), 'GET, HEAD')
    assert.match(await response.text(), /use GET/)
  })

  test('answers HEAD without a body', async () => {
    const answer = await raw('HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    assert.match(answer, /^HTTP\/1\.1 200 .*\r\n\r\n$/s)
  })

  test('refuses a head over its limit', async () => {
    const answer = await raw(`GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 431 /)
  })

  test('a bug while a page is made costs that answer and is logged', async () => {
    const events: string[] = []
    const broken = (): never => {
      throw new Error('boom')
    }
    const other = await listening({
      metrics: new Metrics(
        {
          recorder: new Recorder(),
          store: broken,
          origins,
          health,
          policies,
          invalidation: () => NO_INVALIDATION,
          inFlight: () => ({ usedBytes: 0, limitBytes: 0 }),
          version: '0',
        },
        null,
      ),
      log: { log: (_level, event) => events.push(event), access: null },
    })
    const response = await fetch(`http://${writeAddress(other.address)}/metrics`)
    await other.close()
    assert.equal(response.status, 500)
    assert.deepEqual(events, ['admin-failed'])
  })

  test('an address that is taken is an error, not an event that nobody hears', async () => {
    await assert.rejects(
      listening({ address: admin.address }),
      (error: NodeJS.ErrnoException) => error.code === 'EADDRINUSE',
    )
  })
})
