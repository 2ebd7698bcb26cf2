/**
 * The lines of the logs, but for JSON (`json-line.ts`). Whatever a client wrote is escaped so that it can neither end a line,
 * nor close a quotation, nor reach a terminal as a control sequence: every line is printable ASCII. Cookies and credentials
 * never get here: a record has no place for them; what a URL holds of such is left out (`http/secret-parameters.ts`).
 */
import { LIMITS } from '../config/limits.ts'
import type { Level, RequestRecord } from '../observe/events.ts'
import { withoutSecrets } from '../http/secret-parameters.ts'

/** NCSA combined, and behind it what the cache did: `outcome reason route seconds host`. Bytes are those sent, head included. */
export function combinedLine(record: RequestRecord): string {
  const request = quoted(
    `${cut(record.method)} ${cut(withoutSecrets(record.target))} HTTP/1.${record.minorVersion}`,
  )
  return [
    bare(record.clientAddress),
    '- -',
    `[${ncsaTime(record.atWall)}]`,
    request,
    record.status === 0 ? '-' : record.status,
    record.bytesOut,
    quoted(cut(withoutCredentials(record.referer)) || '-'),
    quoted(cut(record.userAgent) || '-'),
    record.outcome,
    quoted(record.reason || '-'),
    quoted(record.route || '-'),
    (record.durationMs / 1000).toFixed(3),
    quoted(cut(record.authority) || '-'),
  ].join(' ')
}

/** One event for operators: `2026-01-01T00:00:00.000Z warn origin-failed origin=default failure=refused`. */
export function eventLine(
  atWall: number,
  level: Level,
  event: string,
  detail: Readonly<Record<string, string | number>>,
): string {
  let line = `${new Date(atWall).toISOString()} ${level} ${bare(event)}`
  for (const [name, value] of Object.entries(detail)) {
    const text = cut(name === 'url' || name === 'target' ? withoutSecrets(String(value)) : String(value))
    line += ` ${bare(name)}=${/^[\w.:/@+-]+$/.test(text) ? text : quoted(text)}`
  }
  return line
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** `10/Oct/2000:13:55:36 +0000`, always in UTC. */
function ncsaTime(atWall: number): string {
  const at = new Date(atWall)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()] ?? ''}/${at.getUTCFullYear()}`
  return `${day}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
}

/** No longer than a field may be. */
export function cut(text: string): string {
  return text.length <= LIMITS.logFieldChars ? text : `${text.slice(0, LIMITS.logFieldChars)}...`
}

/** A Referer to be logged. RFC 9110 §10.1.3 forbids user information there; some send it all the same. */
export function withoutCredentials(referer: string): string {
  const anonymous = referer.includes('@')
    ? referer.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/?#]*@/, '$1')
    : referer
  return withoutSecrets(anonymous)
}

/** As Apache's log writes it: backslash before a quote or backslash, `\xHH` for what is not printable ASCII. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]|[^\x20-\x7e]/g, (char) => (char === '"' || char === '\\' ? `\\${char}` : hex(char)))}"`
}

/** A word without quotes: no blank, no quote. */
function bare(text: string): string {
  return text.replace(/["\\]|[^\x21-\x7e]/g, hex)
}

function hex(char: string): string {
  const code = char.charCodeAt(0)
  return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`
}
