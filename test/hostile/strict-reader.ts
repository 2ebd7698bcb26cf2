/**
 * Reads what an origin received, byte for byte, and takes nothing but the one canonical form in which Lacquer sends
 * requests. Whatever else there is, is a fault: something of a client's bytes came through, or the framing could be read in
 * two ways. Shares no code with what it judges.
 */

export interface ReadRequest {
  readonly method: string
  readonly target: string
  /** Names are lower case, in order. */
  readonly lines: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

export interface Reading {
  readonly requests: readonly ReadRequest[]
  /** What is left: the beginning of a request, whose connection must have been broken off. */
  readonly rest: string
}

/** `bytes`: everything that came on one connection, as latin1. Throws where it is not canonical. */
export function readStrictly(bytes: string): Reading {
  const requests: ReadRequest[] = []
  let at = 0
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end === -1) break
    const head = readHead(bytes.slice(at, end))
    const body = readBody(bytes, end + 4, head.lines)
    if (body === null) break
    requests.push({ ...head, body: body.text })
    at = body.next
  }
  return { requests, rest: bytes.slice(at) }
}

const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}) (\/[!$-;=?-[\]^-~]*|\*) HTTP\/1\.1$/
const FIELD_LINE =
  /^([!#$%&'*+\-.^_`|~0-9a-z]+): ((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)$/
const HOST = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?$/
/** Fields of one connection that may not come from a client; Connection itself has only what undici says. */
const HOP_BY_HOP = /^(?:keep-alive|proxy-.*|te|trailer|expect|http2-settings)$/
const CONNECTION = /^(?:keep-alive|close|upgrade)$/i

function readHead(text: string): Omit<ReadRequest, 'body'> {
  const [first = '', ...rest] = text.split('\r\n')
  const line = REQUEST_LINE.exec(first)
  if (line === null) throw new Error(`a request line that is not canonical: ${JSON.stringify(first)}`)
  const lines = rest.map((raw): [string, string] => {
    const field = FIELD_LINE.exec(raw)
    if (field === null) throw new Error(`a field line that is not canonical: ${JSON.stringify(raw)}`)
    return [field[1] ?? '', field[2] ?? '']
  })
  checkFields(lines)
  return { method: line[1] ?? '', target: line[2] ?? '', lines }
}

function checkFields(lines: readonly (readonly [string, string])[]): void {
  const of = (name: string): string[] => lines.filter((line) => line[0] === name).map((line) => line[1])
  const hosts = of('host')
  if (hosts.length !== 1 || !HOST.test(hosts[0] ?? '')) throw new Error(`Host is ${JSON.stringify(hosts)}`)
  const connection = of('connection')
  if (connection.length > 1 || !CONNECTION.test(connection[0] ?? 'close')) {
    throw new Error(`Connection is ${JSON.stringify(connection)}`)
  }
  const framing = [...of('content-length'), ...of('transfer-encoding')]
  if (framing.length > 1) throw new Error(`framed twice: ${JSON.stringify(lines)}`)
  if (of('content-length').some((value) => !/^(?:0|[1-9][0-9]{0,14})$/.test(value))) {
    throw new Error(`Content-Length is ${framing[0] ?? ''}`)
  }
  if (of('transfer-encoding').some((value) => value !== 'chunked')) {
    throw new Error(`Transfer-Encoding is ${framing[0] ?? ''}`)
  }
  const strays = lines.filter(([name]) => HOP_BY_HOP.test(name))
  if (strays.length > 0) throw new Error(`a field of the client's connection came through: ${String(strays)}`)
  const aliases = lines.filter(([name]) => /^(?:content_length|transfer_encoding|host_)$/.test(name))
  if (aliases.length > 0) throw new Error(`an alias of a framing field came through: ${String(aliases)}`)
}

function readBody(
  bytes: string,
  start: number,
  lines: readonly (readonly [string, string])[],
): { text: string; next: number } | null {
  const value = (name: string): string | undefined => lines.find((line) => line[0] === name)?.[1]
  if (value('transfer-encoding') === undefined) {
    const length = Number(value('content-length') ?? '0')
    const next = start + length
    return bytes.length < next ? null : { text: bytes.slice(start, next), next }
  }
  let text = ''
  let at = start
  for (;;) {
    const end = bytes.indexOf('\r\n', at)
    if (end === -1) return null
    const digits = bytes.slice(at, end)
    if (!/^(?:0|[1-9a-f][0-9a-f]{0,13})$/i.test(digits)) {
      throw new Error(`a chunk size that is not canonical: ${JSON.stringify(digits)}`)
    }
    const size = Number.parseInt(digits, 16)
    const next = end + 2 + size + 2
    if (bytes.length < next) return null
    if (bytes.slice(next - 2, next) !== '\r\n') throw new Error('a chunk without its CRLF, or a trailer')
    if (size === 0) return { text, next }
    text += bytes.slice(end + 2, next - 2)
    at = next
  }
}
