import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Admin } from '../../src/admin/admin.ts'
import { ExposedError } from '../../src/admin/admin.ts'
import { operation } from '../../src/admin/operation.ts'
import { Token, TokenError } from '../../src/admin/token.ts'
import type { Clock } from '../../src/base/clock.ts'
import { silentLog, type Log } from '../../src/observe/events.ts'
import { ADMIN_REFUSALS } from '../../src/observe/admin-refusals.ts'
import { Recorder } from '../../src/observe/recorder.ts'
import { listening } from './listening.ts'

const SECRET = 'correct-horse-battery-staple'

interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

/** `fetch` would not let a test choose Host. */
function call(
  admin: Admin,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { host, port } = admin.address
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, method, path, headers, agent: false }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => (text += chunk))
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

function counting() {
  let calls = 0
  const operations = [
    operation({
      id: 'do',
      method: 'POST',
      path: '/v1/do',
      summary: 'Do.',
      answers: { 200: { description: 'Done.' } },
      handle: () => ({ status: 200, body: { calls: ++calls } }),
    }),
    operation({
      id: 'look',
      method: 'GET',
      path: '/v1/look',
      summary: 'Look.',
      answers: { 200: { description: 'Seen.' } },
      handle: () => ({ status: 200, body: { calls } }),
    }),
  ]
  return { operations, calls: () => calls }
}

describe('an admin listener with a token', () => {
  const done = counting()
  const recorder = new Recorder()
  const events: string[] = []
  const log: Log = {
    log: (_level, event, detail) => events.push(`${event} ${detail['reason'] ?? detail['operation'] ?? ''}`),
    access: null,
  }
  let admin: Admin

  before(async () => {
    admin = await listening({ token: Token.of(SECRET), operations: done.operations, recorder, log })
  })
  after(() => admin.close())

  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
  const refusals = (reason: (typeof ADMIN_REFUSALS)[number]) =>
    recorder.slots('adminRefused')[ADMIN_REFUSALS.indexOf(reason)]

  test('does what is asked where the token is shown, and says so in the log', async () => {
    const answer = await call(admin, 'POST', '/v1/do', bearer(SECRET))
    assert.equal(answer.status, 200)
    assert.equal(events.at(-1), 'admin-call do')
    assert.equal((await call(admin, 'GET', '/v1/look', { authorization: `bearer ${SECRET}` })).status, 200)
  })

  test('RFC 6750 §3: refuses with a challenge where none is shown, or another, and does nothing', async () => {
    const before = done.calls()
    const none = await call(admin, 'POST', '/v1/do')
    assert.equal(none.status, 401)
    assert.equal(none.headers['www-authenticate'], 'Bearer realm="lacquer"')
    assert.equal(none.headers['content-type'], 'application/problem+json')
    for (const wrong of [`${SECRET}x`, SECRET.slice(0, -1), 'x', SECRET.toUpperCase()]) {
      const answer = await call(admin, 'POST', '/v1/do', bearer(wrong))
      assert.equal(answer.status, 401, wrong)
      assert.equal(answer.headers['www-authenticate'], 'Bearer realm="lacquer", error="invalid_token"')
      assert.ok(!answer.text.includes(wrong) || wrong === 'x', 'what was shown is not repeated')
    }
    assert.equal((await call(admin, 'POST', '/v1/do', { Authorization: `Basic ${SECRET}` })).status, 401)
    assert.equal(done.calls(), before)
    assert.equal(refusals('no-token'), 2)
    assert.equal(refusals('wrong-token'), 4)
    assert.equal(events.at(-1), 'admin-refused no-token')
  })

  test('tells nobody without the token what paths there are', async () => {
    assert.equal((await call(admin, 'GET', '/v1/nothing')).status, 401)
    assert.equal((await call(admin, 'GET', '/openapi.json')).status, 401)
    assert.equal((await call(admin, 'PUT', '/v1/do')).status, 401)
  })

  test('shows metrics and health to everybody', async () => {
    for (const path of ['/metrics', '/healthz', '/readyz', '/'])
      assert.equal((await call(admin, 'GET', path, { Host: 'lacquer.example' })).status, 200, path)
  })

  test('shows metrics to those with the token only, where that is wanted', async () => {
    const closed = await listening({ token: Token.of(SECRET), metricsWantToken: true })
    assert.equal((await call(closed, 'GET', '/metrics')).status, 401)
    assert.equal((await call(closed, 'GET', '/metrics', bearer(SECRET))).status, 200)
    assert.equal((await call(closed, 'GET', '/healthz')).status, 200)
    await closed.close()
  })

  test('counts refusals by reason', async () => {
    assert.equal((await call(admin, 'GET', '/v1/nothing', bearer(SECRET))).status, 404)
    assert.equal((await call(admin, 'GET', '/v1/do', bearer(SECRET))).status, 405)
    assert.equal((await call(admin, 'GET', '/v1/look?a=1', bearer(SECRET))).status, 400)
    assert.deepEqual([refusals('unknown-path'), refusals('method'), refusals('bad-input')], [1, 1, 1])
  })
})

describe('an admin listener without a token', () => {
  const done = counting()
  let admin: Admin

  before(async () => {
    admin = await listening({ operations: done.operations })
  })
  after(() => admin.close())

  test('refuses an address that others can reach', async () => {
    await assert.rejects(listening({ address: { host: '0.0.0.0', port: 0 } }), ExposedError)
    const closed = await listening({ address: { host: '0.0.0.0', port: 0 }, token: Token.of(SECRET) })
    await closed.close()
  })

  test('answers to addresses and localhost, not to a name that somebody gave our address (DNS rebinding)', async () => {
    for (const host of ['127.0.0.1:1', 'localhost', 'localhost:9180', '[::1]:9180', '10.1.2.3'])
      assert.equal((await call(admin, 'GET', '/v1/look', { Host: host })).status, 200, host)
    for (const host of [
      'evil.example',
      'evil.example:9180',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
    ]) {
      const answer = await call(admin, 'GET', '/v1/look', { Host: host })
      assert.equal(answer.status, 403, host)
      assert.match(answer.text, /"code":"foreign-host"/)
    }
  })

  test('does nothing for a page of another origin', async () => {
    const own = `http://127.0.0.1:${admin.address.port}`
    const foreign: Record<string, string>[] = [
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
      { Origin: `http://localhost:${admin.address.port + 1}` },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ]
    for (const headers of foreign) {
      const answer = await call(admin, 'POST', '/v1/do', headers)
      assert.equal(answer.status, 403, JSON.stringify(headers))
      assert.match(answer.text, /"code":"foreign-origin"/)
    }
    assert.equal(done.calls(), 0)
    assert.equal(
      (await call(admin, 'POST', '/v1/do', { Origin: own, 'Sec-Fetch-Site': 'same-origin' })).status,
      200,
    )
  })

  test('gives no page of another origin leave by CORS', async () => {
    const answer = await call(admin, 'OPTIONS', '/v1/do', {
      Origin: 'http://evil.example',
      'Access-Control-Request-Method': 'POST',
    })
    assert.equal(answer.status, 403)
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
  })
})

describe('the token', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lacquer-token-'))
  const file = join(folder, 'token')
  after(() => rmSync(folder, { recursive: true }))
  let now = 0
  const clock: Clock = { now: () => now, wall: () => now, after: () => ({ cancel: () => undefined }) }

  test('that is too short to be a secret, or no token, is refused', async () => {
    for (const text of [
      'short',
      'x'.repeat(15),
      `two ${'x'.repeat(20)}`,
      `two\n${'x'.repeat(20)}`,
      'ü'.repeat(20),
    ])
      assert.throws(() => Token.of(text), TokenError, text)
    writeFileSync(file, '\n')
    await assert.rejects(Token.inFile(file, clock, silentLog), TokenError)
    await assert.rejects(Token.inFile(join(folder, 'none'), clock, silentLog), /can't be read \(ENOENT\)/)
  })

  test('in a file is read without the line end, and again when the file was replaced', async () => {
    writeFileSync(file, `${SECRET}\n`)
    const token = await Token.inFile(file, clock, silentLog)
    assert.ok(await token.matches(SECRET))
    writeFileSync(file, `another-${SECRET}`)
    assert.ok(await token.matches(SECRET), 'within the second it was read in')
    now += 1000
    assert.ok(!(await token.matches(SECRET)))
    assert.ok(await token.matches(`another-${SECRET}`))
  })

  test('stays in force while its file is gone or broken, and the log says so', async () => {
    writeFileSync(file, SECRET)
    const events: string[] = []
    const token = await Token.inFile(file, clock, {
      log: (_level, event) => events.push(event),
      access: null,
    })
    writeFileSync(file, '')
    now += 1000
    assert.ok(await token.matches(SECRET))
    rmSync(file)
    now += 1000
    assert.ok(await token.matches(SECRET))
    assert.deepEqual(events, ['admin-token-kept', 'admin-token-kept'])
  })
})
