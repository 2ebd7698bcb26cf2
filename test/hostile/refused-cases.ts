/**
 * More requests of each kind to be refused: rows of what makes a request hostile, and why that matters. A row is an id, a reason and
 * the piece that is wrong; each table says where its pieces go.
 */
import { refused, type RequestCase } from './request-case.ts'
import { CRLF, request } from './wire-text.ts'

type Row = readonly [piece: string, why: string, status?: number]

/** All of them. */
export function refusedCases(): RequestCase[] {
  return [
    ...lengths(),
    ...codings(),
    ...chunks(),
    ...requestLines(),
    ...targets(),
    ...hosts(),
    ...fieldLines(),
    ...connections(),
  ]
}

const HOST = 'Host: t.test'
/** What a second reader would take for a request, where the first one took it for a body, or the other way round. */
const HIDDEN = 'GET /smuggled HTTP/1.1\r\nHost: t.test\r\n\r\n'

function numbered(
  prefix: string,
  rows: readonly Row[],
  bytes: (piece: string, id: string) => string,
): RequestCase[] {
  return rows.map(([piece, why, status], n) => {
    const id = `${prefix}${String(n + 1).padStart(2, '0')}`
    return refused(id, why, bytes(piece, id), status ?? 400)
  })
}

const LENGTHS: readonly Row[] = [
  ['Content-Length: -1', 'a negative length'],
  ['Content-Length: 0x4', 'hexadecimal, as some number readers take it'],
  ['Content-Length: 4.0', 'a fraction'],
  ['Content-Length: 4e0', 'an exponent, which Number() reads as 4'],
  ['Content-Length: 4,4', 'a list of equal values'],
  ['Content-Length: 4, 5', 'a list of differing values'],
  ['Content-Length: ,4', 'a list with an empty member'],
  ['Content-Length: 4,', 'a list with an empty member behind'],
  ['Content-Length:', 'no value'],
  ['Content-Length: \t ', 'blanks for a value'],
  ['Content-Length: 4;a=b', 'a parameter'],
  ['Content-Length: "4"', 'quoted'],
  ["Content-Length: '4'", 'in apostrophes'],
  ['Content-Length: 4\x00', 'a NUL behind the digit, where C strings end'],
  ['Content-Length: 4\x0b', 'a vertical tab, which isspace() takes for a blank'],
  ['Content-Length: 4\xa0', 'a no-break space, which trim() takes off'],
  ['Content-Length: \xa04', 'a no-break space in front'],
  ['Content-Length: 4 4', 'two numbers'],
  ['Content-Length: 18446744073709551620', 'wraps to 4 in 64 bits', 413],
  ['Content-Length: 4294967300', 'wraps to 4 in 32 bits', 413],
  ['Content-Length: 99999999999999999999999999999999999999', 'beyond every number', 413],
  ['Content-Length: 4\r\nContent-Length: 5', 'two that differ'],
  ['Content-Length: 4\r\nX: y\r\ncontent-length: 4', 'a second one in another case, elsewhere'],
  ['Content-Length: 4\r\nContent-Length:', 'a second one that is empty'],
  ['Content-Length: 0\r\nContent-Length: 4', 'none and some'],
  ['Content-Length : 4', 'a blank before the colon'],
  ['Content-Length\t: 4', 'a tab before the colon'],
  ['Content-Length\x00: 4', 'a NUL behind the name'],
  [' Content-Length: 4', 'a blank in front of the first field'],
  ['X: y\r\n Content-Length: 4', 'folded into the field before'],
  ['X: y\r\n\tContent-Length: 4', 'folded with a tab'],
  ['Content-Length:\r\n 4', 'its value folded'],
  ['Content_Length: 4', 'the alias that CGI knows'],
  ['CONTENT_LENGTH: 4', 'the alias in capitals'],
  ['Content-Length: 4\r\nTransfer-Encoding: chunked', 'with Transfer-Encoding'],
  ['Content-Length: 4\r\nTransfer-Encoding: identity', 'with the coding that is none'],
  ['Content-Length: 4\r\nTransfer-Encoding:', 'with an empty Transfer-Encoding'],
  ['Content-Length: 4\r\nConnection: content-length', 'nominated, so that the next hop would not see it'],
]

function lengths(): RequestCase[] {
  return numbered('OA', LENGTHS, (piece, id) => request(`POST /${id} HTTP/1.1`, [HOST, piece], 'abcd'))
}

const CODINGS: readonly Row[] = [
  ['Transfer-Encoding: gzip', 'a coding that we do not have', 501],
  ['Transfer-Encoding: gzip, chunked', 'one that would have to be undone first', 501],
  ['Transfer-Encoding: chunked, gzip', 'chunked is not the last', 501],
  ['Transfer-Encoding: chunked, identity', 'chunked and none', 501],
  ['Transfer-Encoding: identity, chunked', 'none and chunked', 501],
  ['Transfer-Encoding: chunked;a=b', 'a parameter that chunked does not have'],
  ['Transfer-Encoding: "chunked"', 'quoted'],
  ["Transfer-Encoding: 'chunked'", 'apostrophes are characters of a token: an unknown coding', 501],
  ['Transfer-Encoding: chunked\t', 'a tab behind, which llhttp takes for part of the coding'],
  ['Transfer-Encoding: chunked ', 'a blank behind'],
  ['Transfer-Encoding: chunked,', 'an empty member behind'],
  ['Transfer-Encoding: chunked ,', 'an empty member behind a blank'],
  ['Transfer-Encoding: , chunked', 'an empty member in front'],
  ['Transfer-Encoding: chunked chunked', 'no list'],
  ['Transfer-Encoding: chunked\x00', 'a NUL, where C strings end'],
  ['Transfer-Encoding: chunked\x0b', 'a vertical tab behind'],
  ['Transfer-Encoding: \x0bchunked', 'a vertical tab in front'],
  ['Transfer-Encoding: chunked\xa0', 'a no-break space, which trim() takes off'],
  ['Transfer-Encoding: \xa0chunked', 'a no-break space in front'],
  ['Transfer-Encoding: chun\xe2\x84\xaaed', 'a Kelvin sign, which lower-cases to k'],
  ['Transfer-Encoding: chunkedx', 'the right beginning', 501],
  ['Transfer-Encoding: cHuNkEd, chunked', 'twice, in two cases'],
  ['Transfer-Encoding:\r\n chunked', 'folded'],
  ['Transfer-Encoding:\r\n\tchunked', 'folded with a tab'],
  ['Transfer-Encoding : chunked', 'a blank before the colon'],
  ['Transfer-Encoding\t: chunked', 'a tab before the colon'],
  [' Transfer-Encoding: chunked', 'a blank in front of the name'],
  ['X: y\r\n Transfer-Encoding: chunked', 'folded into the field before'],
  ['X: y\rTransfer-Encoding: chunked', 'behind a CR alone'],
  ['X: y\nTransfer-Encoding: chunked', 'behind a LF alone'],
  ['X: y\r\rTransfer-Encoding: chunked', 'behind two CRs'],
  ['X: y\r\n\nTransfer-Encoding: chunked', 'behind a CRLF and a LF'],
  ['Transfer-Encoding: chunked\rX: y', 'followed by a CR alone'],
  ['Transfer-Encoding: chunked\nX: y', 'followed by a LF alone'],
  ['Transfer_Encoding: chunked', 'the alias that CGI knows'],
  ['TRANSFER_ENCODING: chunked', 'the alias in capitals'],
  ['Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip', 'a second line with another coding'],
  ['Transfer-Encoding: chunked\r\nX: y\r\ntransfer-encoding: chunked', 'a second line elsewhere'],
  ['Transfer-Encoding: chunked\r\nTransfer-Encoding:', 'a second, empty line'],
  ['Transfer-Encoding: chunked\r\nContent-Length: 0', 'with a length of none'],
  ['Content-Length: 5\r\nTransfer-Encoding: chunked', 'with a length that fits'],
  ['Transfer-Encoding: chunked\r\nConnection: close, transfer-encoding', 'nominated'],
]

function codings(): RequestCase[] {
  const rows = numbered('OB', CODINGS, (piece, id) =>
    request(`POST /${id} HTTP/1.1`, [HOST, piece], `0\r\n\r\n${HIDDEN}`),
  )
  return [
    ...rows,
    refused(
      'OB60',
      'HTTP/1.0 has no chunked coding',
      request(
        'POST /OB60 HTTP/1.0',
        [HOST, 'Transfer-Encoding: chunked', 'Connection: keep-alive'],
        '0\r\n\r\n',
      ),
    ),
    refused(
      'OB61',
      'nor any other',
      request('POST /OB61 HTTP/1.0', [HOST, 'Transfer-Encoding: identity'], 'abcd'),
    ),
    refused(
      'OB62',
      'on a GET, too',
      request('GET /OB62 HTTP/1.1', [HOST, 'Transfer-Encoding: xchunked'], '0\r\n\r\n'),
      501,
    ),
  ]
}

/** What stands for `4\r\nabcd\r\n0\r\n\r\n`. */
const CHUNKS: readonly Row[] = [
  ['+4\r\nabcd\r\n0\r\n\r\n', 'a sign'],
  ['-4\r\nabcd\r\n0\r\n\r\n', 'a negative size'],
  [' 4\r\nabcd\r\n0\r\n\r\n', 'a blank in front'],
  ['4 \r\nabcd\r\n0\r\n\r\n', 'a blank behind'],
  ['4\t\r\nabcd\r\n0\r\n\r\n', 'a tab behind'],
  ['4 ;x\r\nabcd\r\n0\r\n\r\n', 'a blank before an extension'],
  ['0X4\r\nabcd\r\n0\r\n\r\n', 'a prefix in capitals'],
  ['4h\r\nabcd\r\n0\r\n\r\n', 'a suffix'],
  ['4.0\r\nabcd\r\n0\r\n\r\n', 'a fraction'],
  ['4,4\r\nabcd\r\n0\r\n\r\n', 'a list'],
  ['"4"\r\nabcd\r\n0\r\n\r\n', 'quoted'],
  ['\xb2\r\nab\r\n0\r\n\r\n', 'a superscript two'],
  ['4\x00\r\nabcd\r\n0\r\n\r\n', 'a NUL behind'],
  ['4\nabcd\n0\n\n', 'bare LFs throughout'],
  ['4\nabcd\r\n0\r\n\r\n', 'a bare LF behind the size'],
  ['4\rabcd\r\n0\r\n\r\n', 'a bare CR behind the size'],
  ['4\r\r\nabcd\r\n0\r\n\r\n', 'a CR too many'],
  ['4\r\nabcd\n0\r\n\r\n', 'a bare LF behind the data'],
  ['4\r\nabcd\r0\r\n\r\n', 'a bare CR behind the data'],
  ['4\r\nabcd0\r\n\r\n', 'no line end behind the data'],
  ['4\r\nabc\r\n0\r\n\r\n', 'data shorter than the size'],
  ['4\r\nabcde\r\n0\r\n\r\n', 'data longer than the size'],
  ['3\r\nabcd\r\n0\r\n\r\n', 'a size too small'],
  ['\r\n4\r\nabcd\r\n0\r\n\r\n', 'an empty line in front'],
  [';x\r\nabcd\r\n0\r\n\r\n', 'an extension without a size'],
  ['g\r\nabcd\r\n0\r\n\r\n', 'no hexadecimal digit'],
  ['10000000000000004\r\nabcd\r\n0\r\n\r\n', 'wraps to 4 in 64 bits'],
  ['100000004\r\nabcd\r\n0\r\n\r\n', 'wraps to 4 in 32 bits', 413],
  ['fffffffffffffff\r\nabcd\r\n0\r\n\r\n', 'the most that fifteen digits say', 413],
  ['ffffffffffffffff\r\nabcd\r\n0\r\n\r\n', 'minus one in 64 bits'],
  ['0000000000000004\r\nabcd\r\n0\r\n\r\n', 'sixteen digits, whatever they say'],
  ['4;\r\nabcd\r\n0\r\n\r\n', 'an extension without a name'],
  ['4;=x\r\nabcd\r\n0\r\n\r\n', 'an extension with a value alone'],
  ['4;x=\r\nabcd\r\n0\r\n\r\n', 'an extension with an empty value'],
  ['4;x y\r\nabcd\r\n0\r\n\r\n', 'a blank in an extension'],
  ['4; x\r\nabcd\r\n0\r\n\r\n', 'a blank before the name of an extension'],
  ['4;x=\"y\"z\r\nabcd\r\n0\r\n\r\n', 'more behind a quoted value, which llhttp refuses'],
  ['4;x=\xe9\r\nabcd\r\n0\r\n\r\n', 'a value that is no token'],
  ['4;x=\"y\r\nabcd\r\n0\r\n\r\n', 'a quoted value that does not end'],
  ['4;x\nabcd\r\n0\r\n\r\n', 'a bare LF ends an extension (TERM.EXT)'],
  ['4;x\n\r\nabcd\r\n0\r\n\r\n', 'a bare LF within an extension'],
  ['4;x\rabcd\r\n0\r\n\r\n', 'a bare CR ends an extension'],
  ['4;"\r\nabcd\r\n0\r\n\r\n', 'a line end within an open quote'],
  ['4;a="\\\r\n"\r\nabcd\r\n0\r\n\r\n', 'a line end that is escaped'],
  ['4;a=\x00\r\nabcd\r\n0\r\n\r\n', 'a NUL in an extension'],
  ['4;a=\x7f\r\nabcd\r\n0\r\n\r\n', 'a DEL in an extension'],
  [`4;${'a=b;'.repeat(2000)}\r\nabcd\r\n0\r\n\r\n`, 'extensions without end'],
  [`${'1;aaaaaaaaaaaaaaaa\r\nA\r\n'.repeat(400)}0\r\n\r\n`, 'many small extensions together'],
  ['0\r\nX: y\n\r\n', 'a bare LF ends a trailer line'],
  ['0\r\nX: y\r\n\n', 'a bare LF ends the trailers'],
  ['0\r\n\n', 'a bare LF for the last CRLF'],
  ['0\r\n\rX', 'a bare CR for the last CRLF'],
  ['0\n\r\n', 'a bare LF behind the last chunk'],
  ['0\r\nX y\r\n\r\n', 'a trailer line without a colon'],
  ['0\r\n: y\r\n\r\n', 'a trailer without a name'],
  ['0\r\nX : y\r\n\r\n', 'a blank before the colon of a trailer'],
  ['0\r\n X: y\r\n\r\n', 'a folded trailer'],
  ['0\r\nX: y\r\n z\r\n\r\n', 'a trailer that goes on'],
  ['0\r\nX: a\x00b\r\n\r\n', 'a NUL in a trailer'],
  ['0\r\nContent-Length: 9\r\n\r\n', 'a length in a trailer, which some reader may heed'],
  ['0\r\nConnection: close\r\n\r\n', 'an end of the connection in a trailer, which llhttp heeds'],
  ['0\r\ntransfer-encoding: chunked\r\n\r\n', 'a coding in a trailer'],
  ['0\r\nX: y\r\nHost: evil.test\r\n\r\n', 'a host in a trailer'],
  ['0\r\n\xe9: y\r\n\r\n', 'a trailer whose name is no token'],
  [`0\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, 'trailers without end', 431],
  [`0\r\nGET /smuggled HTTP/1.1\r\nHost: t.test\r\n\r\n`, 'a request for a trailer'],
]

function chunks(): RequestCase[] {
  return numbered('OC', CHUNKS, (piece, id) =>
    request(`POST /${id} HTTP/1.1`, [HOST, 'Transfer-Encoding: chunked'], piece),
  )
}

/** A request line, in which `ID` stands for the id. */
const REQUEST_LINES: readonly Row[] = [
  [' GET /ID HTTP/1.1', 'a blank in front'],
  ['GET  /ID HTTP/1.1', 'two blanks'],
  ['GET /ID  HTTP/1.1', 'two blanks before the version'],
  ['GET /ID HTTP/1.1 ', 'a blank behind'],
  ['GET /ID HTTP/1.1\t', 'a tab behind'],
  ['GET\x0b/ID\x0bHTTP/1.1', 'vertical tabs, which isspace() takes'],
  ['GET\x0c/ID\x0cHTTP/1.1', 'form feeds'],
  ['GET\xa0/ID HTTP/1.1', 'a no-break space'],
  ['GET /ID\tHTTP/1.1', 'a tab before the version'],
  ['GET /ID HTTP/1.1\rX', 'a bare CR behind'],
  ['GET /ID', 'no version: what HTTP/0.9 looked like'],
  ['GET /ID ', 'an empty version'],
  ['GET /ID HTTP', 'half a version'],
  ['GET /ID HTTP/', 'a version without numbers'],
  ['GET /ID HTTP/1', 'no minor version'],
  ['GET /ID HTTP/1.', 'an empty minor version'],
  ['GET /ID HTTP/1.10', 'two digits'],
  ['GET /ID HTTP/1.01', 'a leading zero'],
  ['GET /ID HTTP/-1.1', 'a sign'],
  ['GET /ID HTTP/1,1', 'a comma'],
  ['GET /ID HTTP/1.1.1', 'three numbers'],
  ['GET /ID HTTP /1.1', 'a blank within'],
  ['GET /ID HTTP/ 1.1', 'a blank before the number'],
  ['GET /ID Http/1.1', 'another case'],
  ['GET /ID HTTPS/1.1', 'another protocol'],
  ['GET /ID SHTTP/1.1', 'another protocol yet'],
  ['GET /ID RTSP/1.0', 'not even related'],
  ['GET /ID ICY', 'what radios say'],
  ['GET /ID HTTP/1.2', 'a minor version that there is not', 505],
  ['GET /ID HTTP/1.9', 'nor this one', 505],
  ['GET /ID HTTP/0.9', 'too old', 505],
  ['GET /ID HTTP/3.0', 'too new', 505],
  ['GET /ID HTTP/9.9', 'much too new', 505],
  ['GE\x00T /ID HTTP/1.1', 'a NUL in the method'],
  ['G\xc9T /ID HTTP/1.1', 'beyond ASCII in the method'],
  ['GET: /ID HTTP/1.1', 'a colon in the method'],
  ['GET, /ID HTTP/1.1', 'a comma in the method'],
  ['[GET] /ID HTTP/1.1', 'brackets'],
  ['/ID GET HTTP/1.1', 'in another order'],
  [`${'G'.repeat(33)} /ID HTTP/1.1`, 'a method too long', 501],
  [`${'G'.repeat(20_000)} /ID HTTP/1.1`, 'a method without end', 501],
  [`GET /ID${'a'.repeat(9000)} HTTP/1.1`, 'a target too long', 414],
  [`GET /ID${'a'.repeat(60_000)} HTTP/1.1`, 'a target without end', 414],
  ['TRACE /ID HTTP/1.1', 'would echo what proxies added', 405],
  ['CONNECT /ID HTTP/1.1', 'a tunnel to a path', 405],
  ['CONNECT t.test HTTP/1.1', 'a tunnel without a port', 405],
  ['\r\n\r\nGET /ID HTTP/1.1', 'two empty lines in front'],
  ['\nGET /ID HTTP/1.1', 'a bare LF in front'],
  ['\rGET /ID HTTP/1.1', 'a bare CR in front'],
  ['\0GET /ID HTTP/1.1', 'a NUL in front'],
  ['\xef\xbb\xbfGET /ID HTTP/1.1', 'a byte order mark'],
  ['HTTP/1.1 200 OK', 'a response'],
]

function requestLines(): RequestCase[] {
  return numbered('OD', REQUEST_LINES, (piece, id) => request(piece.replace('ID', id), [HOST]))
}

/** Targets of a GET, in which `ID` stands for the id. */
const TARGETS: readonly Row[] = [
  ['/ID#', 'an empty fragment'],
  ['/ID?x#y', 'a fragment behind a query'],
  ['/ID\\..\\x', 'backslashes, which some take for slashes'],
  ['\\ID', 'a backslash in front'],
  ['/ID"x', 'a quote'],
  ['/ID<x>', 'angle brackets'],
  ['/ID\x00', 'a NUL'],
  ['/ID\x01', 'a control character'],
  ['/ID\x7f', 'a DEL'],
  ['/ID\x80', 'beyond ASCII'],
  ['/ID\xff', 'the last byte'],
  ['/ID\nX: y', 'a line end'],
  ['ID', 'no slash in front'],
  ['?ID', 'a query alone'],
  ['*', 'asterisk-form is for OPTIONS'],
  ['*ID', 'an asterisk and more'],
  ['/ ID', 'a blank within'],
  ['t.test:80', 'authority-form is for CONNECT'],
  ['t.test/ID', 'neither form'],
  ['http:/ID', 'one slash'],
  ['http:///ID', 'an empty authority'],
  ['http://ID', 'an id for a host that is not ours', 421],
  ['http://u@t.test/ID', 'userinfo'],
  ['http://u:p@t.test/ID', 'userinfo with a password'],
  ['http://@t.test/ID', 'empty userinfo'],
  ['http://t.test:0/ID', 'port nought'],
  ['http://t.test:65536/ID', 'a port too high'],
  ['http://t.test:8x/ID', 'a port that is no number'],
  ['http://t.test:80:80/ID', 'two ports'],
  ['http://t.test\\@evil.test/ID', 'a backslash where hosts end'],
  ['http://t.test#@evil.test/ID', 'a fragment where hosts end'],
  ['http://evil.test/ID', 'a host that is not ours', 421],
  ['http://t.test.evil.test/ID', 'one that begins like ours', 421],
  ['http://evilt.test/ID', 'one that ends like ours', 421],
  ['http://[::1/ID', 'half an address'],
  ['http://[::1]x/ID', 'an address and more'],
  ['http://[v1.x]/ID', 'an address of the future'],
  ['http://[fe80::1%25eth0]/ID', 'a zone'],
  ['http://t%2etest/ID', 'an escape in a host'],
  ['https://t.test/ID', 'another scheme than the one it came by', 421],
  ['ftp://t.test/ID', 'a scheme that is not HTTP'],
  ['file:///etc/passwd', 'a file'],
  ['javascript:alert(1)', 'a script'],
  ['HTTP://EVIL.TEST/ID', 'capitals don’t make it ours', 421],
]

function targets(): RequestCase[] {
  return numbered('OT', TARGETS, (piece, id) => request(`GET ${piece.replace('ID', id)} HTTP/1.1`, [HOST]))
}

/** Values of Host. */
const HOSTS: readonly Row[] = [
  ['t.test/', 'a path'],
  ['t.test/x', 'a longer path'],
  ['t.test?x', 'a query'],
  ['t.test#x', 'a fragment'],
  ['t.test\\x', 'a backslash'],
  ['@t.test', 'empty userinfo'],
  ['u:p@t.test', 'userinfo'],
  ['t.test evil.test', 'two names'],
  ['t.test,evil.test', 'a list'],
  ['t.test;evil.test', 'a semicolon'],
  ['http://t.test', 'a URL'],
  ['t.test:80:80', 'two ports'],
  ['t.test:x', 'a port that is no number'],
  ['t.test:-1', 'a signed port'],
  ['t.test:+80', 'a signed port'],
  ['t.test: 80', 'a blank before the port'],
  ['t.test :80', 'a blank behind the name'],
  ['t.test:0', 'port nought'],
  ['t.test:65536', 'a port too high'],
  ['t.test:000080', 'too many digits'],
  [':80', 'a port alone'],
  ['*', 'an asterisk'],
  ['*.test', 'a pattern'],
  ['t.test\x00', 'a NUL'],
  ['t.test\x00.evil.test', 'a NUL within, where C strings end'],
  ['t.test\x0b', 'a vertical tab'],
  ['t.test\xa0', 'a no-break space, which trim() takes off'],
  ['t%2etest', 'an escape'],
  ['t.test%00', 'an escaped NUL'],
  ['"t.test"', 'quoted'],
  ['<t.test>', 'in brackets'],
  ['t\xe9st', 'beyond ASCII'],
  ['[::1', 'half an address'],
  ['::1', 'an address without brackets'],
  ['[::1]x', 'an address and more'],
  ['[::g]', 'no address'],
  ['[1:2:3:4:5:6:7:8:9]', 'too long an address'],
  ['[::1%eth0]', 'a zone'],
  ['[v1.x]', 'an address of the future'],
  ['a'.repeat(256), 'too long a name'],
  ['', 'nothing'],
  ['\t', 'a blank'],
]

function hosts(): RequestCase[] {
  const values = numbered('OH', HOSTS, (piece, id) => request(`GET /${id} HTTP/1.1`, [`Host: ${piece}`]))
  const lines: readonly Row[] = [
    ['X: y', 'none'],
    ['Host: t.test\r\nHost: t.test', 'the same twice'],
    ['Host: t.test\r\nhost: evil.test', 'a second one in another case'],
    ['Host: t.test\r\nX: y\r\nHOST: t.test', 'a second one elsewhere'],
    ['Host: t.test\r\nHost:', 'a second, empty one'],
    ['Host:\r\nHost: t.test', 'a first, empty one'],
    ['Host:\r\n t.test', 'folded'],
    ['X: y\r\n Host: t.test', 'folded into another field'],
    ['Host : t.test', 'a blank before the colon'],
    ['Host\t: t.test', 'a tab before the colon'],
    ['\x00Host: t.test', 'a NUL in front'],
    ['Host\x00: t.test', 'a NUL behind'],
    ['Host: t.test\rHost: evil.test', 'a second one behind a bare CR'],
    ['Host: t.test\nHost: evil.test', 'a second one behind a bare LF'],
  ]
  const twice = numbered('OI', lines, (piece, id) => request(`GET /${id} HTTP/1.1`, [piece]))
  const absolute = refused(
    'OI60',
    'an absolute target does not stand in for Host on HTTP/1.1 (RFC 9112 §3.2.2)',
    request('GET http://t.test/OI60 HTTP/1.1', ['X: y']),
  )
  const both = refused(
    'OI61',
    'nor does it make a bad Host good',
    request('GET http://t.test/OI61 HTTP/1.1', ['Host: u@evil.test']),
  )
  return [...values, ...twice, absolute, both]
}

/** Field lines. */
const FIELD_LINES: readonly Row[] = [
  ['X', 'no colon'],
  ['X Y', 'a blank and no colon'],
  [': y', 'no name'],
  [' : y', 'a blank for a name'],
  ['X : y', 'a blank before the colon'],
  ['X\t: y', 'a tab before the colon'],
  ['X\x0b: y', 'a vertical tab before the colon'],
  ['X\r: y', 'a CR before the colon'],
  ['X\n: y', 'a LF before the colon'],
  ['X\x00Y: y', 'a NUL in a name'],
  ['X(Y): y', 'brackets in a name'],
  ['X,Y: y', 'a comma in a name'],
  ['X/Y: y', 'a slash in a name'],
  ['X;Y: y', 'a semicolon in a name'],
  ['X=Y: y', 'an equals sign in a name'],
  ['X@Y: y', 'an at sign in a name'],
  ['X[0]: y', 'square brackets in a name'],
  ['X{Y}: y', 'braces in a name'],
  ['"X": y', 'a quoted name'],
  ['X\\: y', 'a backslash in a name'],
  ['X\x7f: y', 'a DEL in a name'],
  ['X\x80: y', 'beyond ASCII in a name'],
  ['X\xad: y', 'a soft hyphen in a name'],
  ['X: a\x00b', 'a NUL in a value'],
  ['X: \x01', 'a control character for a value'],
  ['X: a\x08b', 'a backspace in a value'],
  ['X: a\x0bb', 'a vertical tab in a value'],
  ['X: a\x0cb', 'a form feed in a value'],
  ['X: a\x1bb', 'an escape in a value'],
  ['X: a\x7fb', 'a DEL in a value'],
  ['X: a\rb', 'a bare CR in a value'],
  ['X: a\nb', 'a bare LF in a value'],
  ['X: a\r\r', 'two CRs'],
  ['X: a\r\n b', 'a value that goes on'],
  ['X: a\r\n\tb', 'a value that goes on with a tab'],
  ['X: a\r\n \r\n', 'a value that goes on with nothing'],
  [' X: y', 'a blank in front of the first'],
  ['\tX: y', 'a tab in front of the first'],
  ['Expect: 200-ok', 'an expectation that there is not', 417],
  ['Expect: 100-continue, 100-continue', 'twice', 417],
  ['Expect: 100-continue\r\nExpect: x', 'a second one', 417],
]

function fieldLines(): RequestCase[] {
  const rows = numbered('OF', FIELD_LINES, (piece, id) => request(`GET /${id} HTTP/1.1`, [piece, HOST]))
  const after = numbered(
    'OG',
    FIELD_LINES.filter(([piece]) => !piece.startsWith('Expect')),
    (piece, id) => request(`GET /${id} HTTP/1.1`, [HOST, piece]),
  )
  const many = Array.from({ length: 5000 }, () => 'a:').join(CRLF)
  return [
    ...rows,
    ...after,
    refused('OF60', 'lines without end', request('GET /OF60 HTTP/1.1', [HOST, many]), 431),
    refused(
      'OF61',
      'a name without end',
      request('GET /OF61 HTTP/1.1', [HOST, `${'X'.repeat(40_000)}: y`]),
      431,
    ),
    refused('OF62', 'a LF for the empty line', `GET /OF62 HTTP/1.1\r\nHost: t.test\r\n\n${HIDDEN}`),
    refused('OF63', 'a CR for the empty line', `GET /OF63 HTTP/1.1\r\nHost: t.test\r\n\rX${HIDDEN}`),
    refused('OF64', 'bare LFs throughout', `GET /OF64 HTTP/1.1\nHost: t.test\n\n${HIDDEN}`),
    refused('OF65', 'bare CRs throughout', `GET /OF65 HTTP/1.1\rHost: t.test\r\r${HIDDEN}`),
  ]
}

/** Values of Connection that nominate what is not one connection's. */
const NOMINATED = [
  ...['Host', 'content-length', 'Transfer-Encoding', 'Authorization', 'Cookie', 'Cache-Control', 'Via'],
  ...['X-Forwarded-For', 'x-forwarded-proto', 'x-forwarded-host', 'Forwarded', 'Max-Forwards'],
]

function connections(): RequestCase[] {
  const rows: Row[] = [
    ...NOMINATED.map((name): Row => [name, `${name} is not one connection's`]),
    ...NOMINATED.map((name): Row => [`close, ${name}`, `nor behind another option: ${name}`]),
    ['a b', 'no token'],
    ['"close"', 'quoted'],
    ['close;x', 'a parameter'],
    ['cl\xf6se', 'beyond ASCII'],
    ['keep-alive, @', 'no token among tokens'],
  ]
  return numbered('OJ', rows, (piece, id) => request(`GET /${id} HTTP/1.1`, [HOST, `Connection: ${piece}`]))
}
