/**
 * Whatever can't be read in exactly one way, by the clause that forbids it: refused with its status and reason, the
 * connection closed, nothing of it handed on, and nothing behind it read, be it ever so good.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { countsOf } from '../server/counts.ts'
import { readResponses } from '../server/raw-client.ts'
import { serve } from '../server/server.ts'

type Case = readonly [what: string, bytes: string, status: number, reason: string]

const GOOD = 'GET /good HTTP/1.1\r\nHost: t.test\r\n\r\n'
const head = (...lines: string[]): string => ['GET / HTTP/1.1', 'Host: t.test', ...lines, '', ''].join('\r\n')
const line = (text: string): string => `${text}\r\nHost: t.test\r\n\r\n`
const target = (text: string): string => line(`GET ${text} HTTP/1.1`)
const host = (...values: string[]): string =>
  ['GET / HTTP/1.1', ...values.map((value) => `Host: ${value}`), '', ''].join('\r\n')
const post = (...lines: string[]): string =>
  ['POST / HTTP/1.1', 'Host: t.test', ...lines, '', 'abcd'].join('\r\n')
const chunked = (body: string): string =>
  `POST / HTTP/1.1\r\nHost: t.test\r\nTransfer-Encoding: chunked\r\n\r\n${body}`

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'RFC 9110 §8.6, RFC 9112 §6.2 Content-Length': [
    ...['', '+4', '-4', '4,', ',4', '4, 4', '4, 5', '4;', '"4"', '0x4', '4.0', '4e0', '4\t4', '\u00b2'].map(
      (value): Case => [`'${value}'`, post(`Content-Length: ${value}`), 400, 'bad-content-length'],
    ),
    ['twice, equal', post('Content-Length: 4', 'content-length: 4'), 400, 'several-content-lengths'],
    ['twice, different', post('Content-Length: 4', 'Content-Length: 5'), 400, 'several-content-lengths'],
    ['beyond 2^53', post('Content-Length: 9007199254740993'), 413, 'body-too-large'],
    ['of 40 digits', post(`Content-Length: ${'9'.repeat(40)}`), 413, 'body-too-large'],
    ['with an underscore', post('Content_Length: 4'), 400, 'underscored-framing-field'],
  ],
  'RFC 9112 §6.1 Transfer-Encoding': [
    ...['gzip', 'identity', 'gzip, chunked', 'chunked, gzip', 'xchunked', 'chunkedx', 'chunk'].map(
      (value): Case => [value, post(`Transfer-Encoding: ${value}`), 501, 'unsupported-transfer-encoding'],
    ),
    ...[
      '',
      ',',
      'chunked,',
      ',chunked',
      'chunked, chunked',
      'chunked;q=1',
      '"chunked"',
      'chunked chunked',
    ].map((value): Case => [`'${value}'`, post(`Transfer-Encoding: ${value}`), 400, 'bad-transfer-encoding']),
    ['twice', post('Transfer-Encoding: chunked', 'TRANSFER-ENCODING: chunked'), 400, 'bad-transfer-encoding'],
    [
      'beside Content-Length',
      post('Transfer-Encoding: chunked', 'Content-Length: 4'),
      400,
      'content-length-and-transfer-encoding',
    ],
    [
      'on HTTP/1.0',
      'POST / HTTP/1.0\r\nHost: t.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'transfer-encoding-on-http-1.0',
    ],
    ['with an underscore', post('Transfer_Encoding: chunked'), 400, 'underscored-framing-field'],
  ],
  'RFC 9112 §7.1 chunks': [
    ...['+4', '-4', ' 4', '4 ', '\t4', '4\t', '0x4', '4_0', '4z', '4.', '', '\r\n4', '4\n', '4\rX'].map(
      (size): Case => [
        `size '${JSON.stringify(size)}'`,
        chunked(`${size}\r\nabcd\r\n0\r\n\r\n`),
        400,
        'bad-chunk-size',
      ],
    ),
    ['size of 16 digits', chunked(`${'0'.repeat(15)}4\r\nabcd\r\n0\r\n\r\n`), 400, 'bad-chunk-size'],
    ['size beyond the limit', chunked(`${'f'.repeat(15)}\r\nabcd`), 413, 'body-too-large'],
    ['size ended by LF alone', chunked('4\nabcd\r\n0\r\n\r\n'), 400, 'bad-chunk-size'],
    ['no CRLF behind the data', chunked('4\r\nabcd0\r\n\r\n'), 400, 'bad-chunk-end'],
    ['LF alone behind the data', chunked('4\r\nabcd\n0\r\n\r\n'), 400, 'bad-chunk-end'],
    ['CR alone behind the data', chunked('4\r\nabcd\r0\r\n\r\n'), 400, 'bad-chunk-end'],
    ['data longer than its size', chunked('4\r\nabcde\r\n0\r\n\r\n'), 400, 'bad-chunk-end'],
    ['LF in an extension', chunked('4;a\nb\r\nabcd\r\n0\r\n\r\n'), 400, 'bad-chunk-extension'],
    ['a line end within quotes', chunked('4;a="\r\n"\r\nabcd\r\n0\r\n\r\n'), 400, 'bad-chunk-extension'],
    ['NUL in an extension', chunked('4;a\0\r\nabcd\r\n0\r\n\r\n'), 400, 'bad-chunk-extension'],
    ['endless extensions', chunked(`4;${'a'.repeat(5000)}`), 400, 'chunk-extension-too-long'],
    [
      'extensions of many chunks',
      chunked(`1;${'a'.repeat(98)}\r\nx\r\n`.repeat(50)),
      400,
      'chunk-extension-too-long',
    ],
  ],
  'RFC 9112 §7.1.2 trailers': [
    ['without a colon', chunked('0\r\nabc\r\n\r\n'), 400, 'bad-trailer'],
    ['folded', chunked('0\r\na: b\r\n c\r\n\r\n'), 400, 'bad-trailer'],
    ['with a blank before the colon', chunked('0\r\na : b\r\n\r\n'), 400, 'bad-trailer'],
    ['with a control character', chunked('0\r\na: \x01\r\n\r\n'), 400, 'bad-trailer'],
    ['ended by LF alone', chunked('0\r\na: b\n\r\n'), 400, 'bad-trailer'],
    ['ended by CR alone', chunked('0\r\na: b\r\n\rX'), 400, 'bad-trailer'],
    ['without end', chunked(`0\r\na: ${'b'.repeat(9000)}`), 431, 'trailer-too-large'],
  ],
  'RFC 9112 §2.2, §5 field lines': [
    ['LF alone in the request line', 'GET / HTTP/1.1\nHost: t.test\r\n\r\n', 400, 'bare-lf'],
    ['CR alone in the request line', 'GET / HTTP/1.1\rHost: t.test\r\n\r\n', 400, 'bare-cr'],
    ['LF alone behind a value', head('A: b\nC: d'), 400, 'bare-lf'],
    ['CR alone behind a value', head('A: b\rC: d'), 400, 'bare-cr'],
    ['LF in a name', head('A\nB: c'), 400, 'bare-lf'],
    ['LF alone at the end', 'GET / HTTP/1.1\r\nHost: t.test\r\n\n', 400, 'bare-lf'],
    ['CR alone at the end', 'GET / HTTP/1.1\r\nHost: t.test\r\n\rX', 400, 'bare-cr'],
    ['two empty lines in front', `\r\n\r\n${GOOD}`, 400, 'bad-method'],
    ['LF in front', `\n${GOOD}`, 400, 'bare-lf'],
    ['obs-fold by a space', head('A: b', ' c'), 400, 'obs-fold'],
    ['obs-fold by a tab', head('A: b', '\tc'), 400, 'obs-fold'],
    ['a blank before the first field', 'GET / HTTP/1.1\r\n Host: t.test\r\n\r\n', 400, 'obs-fold'],
    ['a space before the colon', head('A : b'), 400, 'blank-before-colon'],
    ['a tab before the colon', head('A\t: b'), 400, 'blank-before-colon'],
    ['an empty name', head(': b'), 400, 'empty-field-name'],
    ['no colon', head('Abc'), 400, 'missing-colon'],
    ...[
      '"',
      '(',
      ')',
      ',',
      '/',
      ';',
      '<',
      '=',
      '>',
      '?',
      '@',
      '[',
      '\\',
      ']',
      '{',
      '}',
      '\x00',
      '\x7f',
      '\xe9',
    ].map((byte): Case => [`${JSON.stringify(byte)} in a name`, head(`A${byte}B: c`), 400, 'bad-field-name']),
    ...['\x00', '\x01', '\x08', '\x0b', '\x0c', '\x1b', '\x1f', '\x7f'].map((byte): Case => [
      `${JSON.stringify(byte)} in a value`,
      head(`A: b${byte}c`),
      400,
      'control-character',
    ]),
  ],
  'RFC 9112 §3.2, RFC 9110 §7.2 Host': [
    ['none', 'GET / HTTP/1.1\r\nA: b\r\n\r\n', 400, 'missing-host'],
    ['none on HTTP/1.0', 'GET / HTTP/1.0\r\nA: b\r\n\r\n', 400, 'missing-host'],
    ['two', host('t.test', 'u.test'), 400, 'several-hosts'],
    ['two equal ones', host('t.test', 't.test'), 400, 'several-hosts'],
    [
      'one by an absolute URL, two by field',
      `GET http://t.test/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
      400,
      'several-hosts',
    ],
    [
      'none by field, one by an absolute URL',
      'GET http://t.test/ HTTP/1.1\r\nA: b\r\n\r\n',
      400,
      'missing-host',
    ],
    ...[
      '',
      't.test/',
      't.test/a',
      'u@t.test',
      'u:p@t.test',
      't.test, u.test',
      't.test:80, u.test',
      't.test:x',
    ].map((value): Case => [`'${value}'`, host(value), 400, 'bad-host']),
    ...[
      't.test:0',
      't.test:65536',
      't.test:-1',
      't.test:+80',
      't.test:080000',
      ':80',
      't.test:80:80',
      't test',
    ].map((value): Case => [`'${value}'`, host(value), 400, 'bad-host']),
    ...[
      'http://t.test',
      't.test?',
      't.test#',
      't\\test',
      't%2etest',
      '[::1',
      '::1',
      '[::1]x',
      '[fe80::1%25en0]',
    ].map((value): Case => [`'${value}'`, host(value), 400, 'bad-host']),
    ['256 characters', host('a'.repeat(256)), 400, 'bad-host'],
    ['a control character', host('t\x01.test'), 400, 'control-character'],
  ],
  'RFC 9112 §3.2 request targets': [
    ...['/a#b', '/#', '/a\\b', '/a\tb', '/a\x00b', '/a\x7fb', '/a\xe9', '/"', '/<', '/>'].map(
      (text): Case => [JSON.stringify(text), target(text), 400, 'bad-target'],
    ),
    ['a blank', target('/a b'), 400, 'bad-version'],
    ['two blanks in front', line('GET  / HTTP/1.1'), 400, 'bad-target'],
    ['two blanks behind', line('GET /  HTTP/1.1'), 400, 'bad-version'],
    ['empty', line('GET  HTTP/1.1'), 400, 'bad-target'],
    ['CR', target('/a\rb'), 400, 'missing-version'],
    ...[
      'a',
      'a/b',
      '?a',
      '*',
      '**',
      '//',
      't.test:80',
      't.test',
      'http:/a',
      'http:',
      'http:///a',
      'ftp://t.test/',
    ].map((text): Case =>
      text === '//'
        ? ['http:// alone', target('http://'), 400, 'bad-target']
        : [text, target(text), 400, 'bad-target'],
    ),
    ...[
      'http://u@t.test/',
      'http://t.test:x/',
      'http://t.test:0/',
      'http://t.test\\/',
      'http://t.test,u.test/',
    ].map((text): Case => [text, target(text), 400, 'bad-target']),
    ['a foreign authority', target('http://evil.test/'), 421, 'not-our-host'],
    ['another scheme', target('https://t.test/'), 421, 'not-our-scheme'],
    ['* for POST', line('POST * HTTP/1.1'), 400, 'bad-target'],
    ['CONNECT', 'CONNECT t.test:443 HTTP/1.1\r\nHost: t.test:443\r\n\r\n', 405, 'method-not-allowed'],
    ['TRACE', line('TRACE / HTTP/1.1'), 405, 'method-not-allowed'],
    ['too long', target(`/${'a'.repeat(8192)}`), 414, 'target-too-long'],
  ],
  'RFC 9112 §2.3 versions': [
    ...['HTTP/2.0', 'HTTP/3.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTP/1.9', 'HTTP/9.9'].map((version): Case => [
      version,
      line(`GET / ${version}`),
      505,
      'unsupported-version',
    ]),
    ...[
      'http/1.1',
      'HTTP/1',
      'HTTP/1.',
      'HTTP/11',
      'HTTP/1.10',
      'HTTP/01.1',
      'HTTP/1.1 ',
      'HTTPS/1.1',
      'HTTP 1.1',
    ].map((version): Case => [`'${version}'`, line(`GET / ${version}`), 400, 'bad-version']),
    ['none', line('GET /'), 400, 'missing-version'],
    ['none, behind a blank', line('GET / '), 400, 'missing-version'],
  ],
  'RFC 9112 §3.1 methods': [
    ['too long', line(`${'A'.repeat(33)} / HTTP/1.1`), 501, 'method-too-long'],
    ['no token', line('G(T / HTTP/1.1'), 400, 'bad-method'],
    ['none', line(' / HTTP/1.1'), 400, 'bad-method'],
    ['behind a blank', line(' GET / HTTP/1.1'), 400, 'bad-method'],
    ['a tab behind it', line('GET\t/ HTTP/1.1'), 400, 'bad-method'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc', 400, 'bad-method'],
  ],
  'RFC 9112 §3, RFC 6585 §5 sizes': [
    ['a head over the limit', head(`A: ${'b'.repeat(33_000)}`), 431, 'head-too-large'],
    [
      'more fields than the limit',
      head(...Array.from({ length: 100 }, (_, i) => `A${i}: b`)),
      431,
      'too-many-fields',
    ],
  ],
  'RFC 9110 §7.6.1, §10.1.1': [
    ...[
      'Host',
      'Content-Length',
      'transfer-encoding',
      'Cookie',
      'Authorization',
      'Forwarded',
      'X-Forwarded-For',
    ].map((name): Case => [
      `Connection: ${name}`,
      head(`Connection: x, ${name}`),
      400,
      'connection-names-end-to-end-field',
    ]),
    ['Connection with what is no token', head('Connection: a b'), 400, 'bad-connection-option'],
    ['an unknown expectation', head('Expect: 200-ok'), 417, 'unsupported-expectation'],
    [
      'an expectation beside a known one',
      post('Expect: 100-continue, x', 'Content-Length: 4'),
      417,
      'unsupported-expectation',
    ],
  ],
}

for (const [section, cases] of Object.entries(CASES)) {
  describe(section, () => {
    for (const [what, bytes, status, reason] of cases) {
      test(`${what}: ${status} ${reason}`, async (t) => {
        const server = await serve(t, { isOurHost: (authority) => authority === 't.test' })
        const client = await server.connect()
        client.send(GOOD + bytes + GOOD.replace('/good', '/never'))
        const responses = readResponses(await client.untilEnd(), [], true)
        assert.deepEqual(
          responses.map((response) => response.status),
          [200, status],
          client.text,
        )
        assert.equal(responses[1]?.body, `${reason}\n`)
        assert.match(responses[1].head, /\r\nConnection: close/)
        assert.match(responses[1].head, new RegExp(`\r\nCache-Status: Lacquer; detail=${reason}\r\n`))
        assert.deepEqual(countsOf(server.recorder, 'requestsRefused'), { [reason]: 1 })
        const { seen } = server.handler
        assert.equal(seen[0]?.target, '/good')
        // Of a request whose body is malformed the head has been seen; its handler is told that it broke off.
        assert.deepEqual(
          seen.slice(1).map(({ ends, bodyComplete }) => [ends.join(), bodyComplete]),
          section.includes('§7.1') ? [['broken', false]] : [],
        )
      })
    }
  })
}
