/** Requests that are odd, and right: what must be taken, and how the origin gets to see it. */
import { forwarded, type RequestCase } from './request-case.ts'
import { request } from './wire-text.ts'

const HOST = 'Host: t.test'
/** A body that somebody could take for a request. */
const HIDDEN = 'GET /smuggled HTTP/1.1\r\nHost: t.test\r\n\r\n'

/** All of them. */
export function acceptedCases(): RequestCase[] {
  const body = (id: string, coded: string): string =>
    request(`POST /${id} HTTP/1.1`, [HOST, 'Transfer-Encoding: chunked'], coded)
  const get = (id: string, ...fields: string[]): string => request(`GET /${id} HTTP/1.1`, [HOST, ...fields])
  return [
    forwarded(
      'OK01',
      'names in any case',
      request('POST /OK01 HTTP/1.1', ['hOsT: t.test', 'cOnTeNt-LeNgTh: 4'], 'abcd'),
      'POST /OK01 abcd',
    ),
    forwarded(
      'OK02',
      'the coding in any case',
      request('POST /OK02 HTTP/1.1', [HOST, 'Transfer-Encoding: cHUNKED'], '0\r\n\r\n'),
      'POST /OK02 ',
    ),
    forwarded(
      'OK03',
      'blanks around a value',
      request('POST /OK03 HTTP/1.1', ['Host: \t t.test \t', 'Content-Length:\t4\t '], 'abcd'),
      'POST /OK03 abcd',
      { host: 't.test', 'content-length': '4' },
    ),
    forwarded(
      'OK04',
      'no blank behind the colon',
      request('POST /OK04 HTTP/1.1', ['Host:t.test', 'Content-Length:4'], 'abcd'),
      'POST /OK04 abcd',
    ),
    forwarded(
      'OK05',
      'leading noughts',
      request('POST /OK05 HTTP/1.1', [HOST, 'Content-Length: 00004'], 'abcd'),
      'POST /OK05 abcd',
      { 'content-length': '4' },
    ),
    forwarded(
      'OK06',
      'a length of nought',
      request('POST /OK06 HTTP/1.1', [HOST, 'Content-Length: 0']),
      'POST /OK06 ',
    ),
    forwarded(
      'OK07',
      'a body that looks like a request',
      request('POST /OK07 HTTP/1.1', [HOST, `Content-Length: ${HIDDEN.length}`], HIDDEN),
      `POST /OK07 ${HIDDEN}`,
    ),
    forwarded(
      'OK08',
      'a chunk that looks like a request',
      body('OK08', `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`),
      `POST /OK08 ${HIDDEN}`,
    ),
    forwarded(
      'OK09',
      'sizes in capitals, with noughts',
      body('OK09', '00A\r\n0123456789\r\n000\r\n\r\n'),
      'POST /OK09 0123456789',
    ),
    forwarded(
      'OK10',
      'extensions',
      body('OK10', '4;a;b=c;d="e;f\\"g"\r\nabcd\r\n0;x\r\n\r\n'),
      'POST /OK10 abcd',
    ),
    forwarded(
      'OK11',
      'trailers are dropped',
      body('OK11', '4\r\nabcd\r\n0\r\nX-Content-Length: 9\r\nHosts: evil.test\r\nX: y\r\n\r\n'),
      'POST /OK11 abcd',
      { x: null, host: 't.test' },
    ),
    forwarded(
      'OK12',
      'data made of line ends',
      body('OK12', '6\r\n\r\n\r\n\r\n\r\n0\r\n\r\n'),
      'POST /OK12 \r\n\r\n\r\n',
    ),
    forwarded('OK13', 'beyond ASCII in a value', get('OK13', 'X: \xe9\xff\x80'), 'GET /OK13 ', {
      x: '\xe9\xff\x80',
    }),
    forwarded('OK14', 'an empty value', get('OK14', 'X:', 'Y: z'), 'GET /OK14 ', { y: 'z' }),
    forwarded('OK15', 'a tab within a value', get('OK15', 'X: a\tb'), 'GET /OK15 ', { x: 'a\tb' }),
    forwarded(
      'OK16',
      'odd characters of a token in a name',
      get('OK16', "X!#$%&'*+-.^_`|~9: y"),
      'GET /OK16 ',
      { "x!#$%&'*+-.^_`|~9": 'y' },
    ),
    forwarded('OK17', 'an own method', request('X-FROB /OK17 HTTP/1.1', [HOST]), 'X-FROB /OK17 '),
    forwarded(
      'OK18',
      'a nominated field is dropped',
      get('OK18', 'Connection: x-hop', 'X-Hop: y'),
      'GET /OK18 ',
      { 'x-hop': null, connection: 'keep-alive' },
    ),
    forwarded(
      'OK19',
      'empty members of Connection',
      get('OK19', 'Connection: , ,keep-alive,,'),
      'GET /OK19 ',
      { connection: 'keep-alive' },
    ),
    forwarded(
      'OK20',
      'the fields of a proxy connection',
      get(
        'OK20',
        'Proxy-Connection: keep-alive',
        'Proxy-Authorization: Basic eA==',
        'TE: trailers',
        'Keep-Alive: timeout=5',
        'Trailer: X',
      ),
      'GET /OK20 ',
      { 'proxy-connection': null, 'proxy-authorization': null, te: null, 'keep-alive': null, trailer: null },
    ),
    forwarded(
      'OK21',
      'Host in capitals with the default port',
      request('GET /OK21 HTTP/1.1', ['Host: T.TEST:80']),
      'GET /OK21 ',
      { host: 't.test' },
    ),
    forwarded(
      'OK22',
      'Host with an empty port',
      request('GET /OK22 HTTP/1.1', ['Host: t.test:']),
      'GET /OK22 ',
      { host: 't.test' },
    ),
    forwarded(
      'OK23',
      'an address for a host',
      request('GET /OK23 HTTP/1.1', ['Host: [::FFFF:7F00:1]:8080']),
      'GET /OK23 ',
      { host: '[::ffff:7f00:1]:8080' },
    ),
    forwarded(
      'OK24',
      'an absolute target wins over Host',
      request('GET HTTP://T.test:80/OK24?a HTTP/1.1', ['Host: evil.test']),
      'GET /OK24?a ',
      { host: 't.test' },
    ),
    forwarded(
      'OK25',
      'an absolute target without a path',
      request('GET http://t.test HTTP/1.1', [HOST]),
      'GET / ',
    ),
    forwarded(
      'OK26',
      'an absolute target with a query alone',
      request('GET http://t.test?OK26 HTTP/1.1', [HOST]),
      'GET /?OK26 ',
    ),
    forwarded(
      'OK27',
      'dots and escapes are left alone',
      get('OK27/../x/./%2e%2e/%2F%00;a=b?c=%0d%0a&d'),
      'GET /OK27/../x/./%2e%2e/%2F%00;a=b?c=%0d%0a&d ',
    ),
    forwarded(
      'OK28',
      'characters that nobody should send raw, and some do',
      get("OK28?{a}|^`[]'!$()*,:@~"),
      "GET /OK28?{a}|^`[]'!$()*,:@~ ",
    ),
    forwarded('OK29', 'HTTP/1.0', request('GET /OK29 HTTP/1.0', [HOST]), 'GET /OK29 ', {
      via: '1.1 lacquer',
    }),
    forwarded(
      'OK30',
      'HTTP/1.0 that would stay',
      request('GET /OK30 HTTP/1.0', [HOST, 'Connection: keep-alive']),
      'GET /OK30 ',
    ),
    forwarded('OK31', 'an expectation of nothing', get('OK31', 'Expect: 100-continue'), 'GET /OK31 ', {
      expect: null,
    }),
    forwarded(
      'OK32',
      'an expectation in another case',
      request('POST /OK32 HTTP/1.1', [HOST, 'Expect: 100-Continue', 'Content-Length: 4'], 'abcd'),
      'POST /OK32 abcd',
      { expect: null },
    ),
    forwarded(
      'OK33',
      'what a stranger says of the way',
      get(
        'OK33',
        'X-Forwarded-For: 10.0.0.1',
        'X-Forwarded-Host: evil.test',
        'X-Forwarded-Proto: https',
        'Forwarded: for=10.0.0.1',
        'X-Real-IP: 10.0.0.1',
      ),
      'GET /OK33 ',
      {
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-host': 't.test',
        'x-forwarded-proto': 'http',
        forwarded: null,
        'x-real-ip': null,
      },
    ),
    forwarded(
      'OK34',
      'what a stranger really wants',
      get(
        'OK34',
        'X-Original-URL: /admin',
        'X-Rewrite-URL: /admin',
        'X-HTTP-Method-Override: DELETE',
        'X-Host: evil.test',
      ),
      'GET /OK34 ',
      { 'x-original-url': null, 'x-rewrite-url': null, 'x-http-method-override': null, 'x-host': null },
    ),
    forwarded(
      'OK35',
      'conditions and ranges on what may be stored',
      get(
        'OK35',
        'If-None-Match: "a"',
        'If-Modified-Since: Sun, 22 Nov 2026 20:00:00 GMT',
        'Range: lines=0-1',
      ),
      'GET /OK35 ',
      { 'if-none-match': null, 'if-modified-since': null, range: null },
    ),
    forwarded(
      'OK36',
      'a websocket that the origin declines',
      get('OK36', 'Connection: Upgrade', 'Upgrade: websocket'),
      'GET /OK36 ',
      { upgrade: 'websocket', connection: 'upgrade' },
    ),
    forwarded('OK37', 'an upgrade that is not nominated', get('OK37', 'Upgrade: websocket'), 'GET /OK37 ', {
      upgrade: null,
    }),
    forwarded(
      'OK38',
      'an upgrade to HTTP itself',
      get('OK38', 'Connection: Upgrade', 'Upgrade: h2c, TLS/1.3, HTTP/2.0'),
      'GET /OK38 ',
      { upgrade: null },
    ),
    {
      id: 'OK39',
      why: 'a CRLF behind a body is overlooked before the next request',
      bytes: request(
        'POST /OK39 HTTP/1.1',
        [HOST, 'Content-Length: 4'],
        `abcd\r\nGET /OK39b HTTP/1.1\r\nHost: t.test\r\n\r\n`,
      ),
      verdict: { kind: 'forwarded', as: ['POST /OK39 abcd', 'GET /OK39b '], answers: 2 },
    },
    {
      id: 'OK40',
      why: 'a whole row of requests',
      bytes: Array.from({ length: 20 }, (_, n) => request(`GET /OK40?${n} HTTP/1.1`, [HOST])).join(''),
      verdict: {
        kind: 'forwarded',
        as: Array.from({ length: 20 }, (_, n) => `GET /OK40?${n} `),
        answers: 20,
      },
    },
    {
      id: 'OK41',
      why: 'nothing behind close is read',
      bytes: get('OK41', 'Connection: close') + HIDDEN,
      verdict: { kind: 'forwarded', as: ['GET /OK41 '], answers: 1 },
    },
    {
      id: 'OK42',
      why: 'nothing behind HTTP/1.0 is read',
      bytes: request('GET /OK42 HTTP/1.0', [HOST]) + HIDDEN,
      verdict: { kind: 'forwarded', as: ['GET /OK42 '], answers: 1 },
    },
    {
      id: 'OK43',
      why: 'a head that never ends',
      bytes: 'GET /OK43 HTTP/1.1\r\nHost: t.test\r\nX: ',
      ends: true,
      verdict: { kind: 'broken' },
    },
    {
      id: 'OK44',
      why: 'a chunked body that never ends',
      bytes: body('OK44', '4\r\nab'),
      ends: true,
      verdict: { kind: 'broken' },
    },
    {
      id: 'OK45',
      why: 'trailers that never end',
      bytes: body('OK45', '4\r\nabcd\r\n0\r\nX: y\r\n'),
      ends: true,
      verdict: { kind: 'broken' },
    },
    {
      id: 'OK46',
      why: 'the whole server',
      bytes: request('OPTIONS * HTTP/1.1', [HOST]),
      verdict: { kind: 'answered', with: [204] },
    },
  ]
}
