import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTypedUrl } from '../../src/http/typed-url.ts'

test('a URL is read as people write it, and means what a client would send', () => {
  for (const [text, expected] of [
    ['http://Example.com/a?b', 'http example.com /a?b'],
    ['https://example.com:443', 'https example.com /'],
    ['example.com/a', 'http example.com /a'],
    ['localhost:8080/x', 'http localhost:8080 /x'],
    ['/a/../b#c', 'http fallback /a/../b'],
    ['http://x/caf\u00e9 "1"', 'http x /caf%C3%A9%20%221%22'],
    ['http://x?y', 'http x /?y'],
    [' http://[::1]:8080/ ', 'http [::1]:8080 /'],
  ] as const) {
    const reading = readTypedUrl(text, 'GET', 'fallback')
    assert.ok(reading.ok, text)
    const { scheme, authority, target } = reading.url
    assert.equal(`${scheme} ${authority} ${target}`, expected)
  }
  for (const text of ['', 'ftp://x/', 'http://', 'http://user@x/', '*']) {
    const reading = readTypedUrl(text, 'GET', 'fallback')
    assert.ok(!reading.ok, text)
    assert.match(reading.why, /is no URL; write/)
  }
  assert.deepEqual(readTypedUrl('*', 'OPTIONS', 'h'), {
    ok: true,
    url: { scheme: 'http', authority: 'h', target: '*' },
  })
})
