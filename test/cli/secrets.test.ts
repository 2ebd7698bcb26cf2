import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonLine } from '../../src/cli/json-line.ts'
import { eventLine } from '../../src/cli/log-format.ts'
import { withoutSecrets } from '../../src/http/secret-parameters.ts'

for (const [url, logged] of [
  ['/a?token=abc', '/a?token=***'],
  ['/a?b=c&Access_Token=abc&d=e', '/a?b=c&Access_Token=***&d=e'],
  ['/a;jsessionid=abc?b', '/a;jsessionid=***'],
  ['/a?X-Amz-Signature=abc#x', '/a?X-Amz-Signature=***#x'],
  ['/a?token=', '/a?token=***'],
  ['/a?tokens=abc', '/a?tokens=abc'],
  ['/a?mytoken=abc', '/a?mytoken=abc'],
  ['/a?page=2', '/a?page=2'],
  ['/token=abc', '/token=abc'],
] as const) {
  test(`${url} is logged as ${logged}`, () => {
    assert.equal(withoutSecrets(url), logged)
  })
}

test('targets, referers and URLs in events have none', () => {
  const json = new JsonLine()
  json.write({
    atWall: 0,
    clientAddress: '192.0.2.1',
    method: 'GET',
    authority: 'a.example',
    target: '/a?api_key=SECRET',
    minorVersion: 1,
    status: 200,
    outcome: 'hit',
    reason: '',
    route: 'builtin',
    bytesIn: 1,
    bytesOut: 1,
    durationMs: 1,
    referer: 'https://u:SECRET@b.example/?password=SECRET&x=1',
    userAgent: 'x',
    end: 'complete',
  })
  const line = Buffer.from(json.bytes.buffer, 0, json.length).toString('latin1')
  assert.equal(line.includes('SECRET'), false, line)
  assert.match(line, /"referer":"https:\/\/b.example\/\?password=\*\*\*&x=1"/)
  assert.match(
    eventLine(0, 'warn', 'origin-failed', { url: '/a?sig=SECRET&b=1' }),
    /url="\/a\?sig=\*\*\*&b=1"$/,
  )
})
