/** Bytes as the tables of cases write them, and the few requests that stand around a case. */

export const CRLF = '\r\n'

/** Bytes written with escapes as in JavaScript (`\r`, `\xNN`), as latin1. */
export function unescapeBytes(raw: string): string {
  return raw.replace(/\\(x([0-9a-fA-F]{2})|.)/g, (_, escape: string, hex: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\' }[escape] ?? escape
  })
}

/** A request head with these lines, and whatever follows it. */
export function request(line: string, fields: readonly string[], body = ''): string {
  return [line, ...fields, '', body].join(CRLF)
}

/** A good request for `target` that its origin answers with what may not be stored. */
export function good(target: string): string {
  return request(`GET ${target} HTTP/1.1`, ['Host: t.test', 'X-Canary: 1'])
}
