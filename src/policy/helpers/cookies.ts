/**
 * Cookies of a request (RFC 6265 §4.2, §5.4): read them, and send on only those that the origin needs.
 *
 * A request with cookies is looked up like any other, and what the origin answers to it is stored only where the origin says that it
 * may be: so a policy drops the cookies that mean nothing to the origin, in `recv`. Values are neither decoded nor rewritten.
 */
import { trimOws } from '../../http/tokens.ts'
import type { Headers, ReadonlyHeaders } from '../views.ts'
import { namesMatch } from './names.ts'

interface Reads {
  readonly headers: ReadonlyHeaders
}
interface Writes {
  readonly headers: Headers
}

/** The value of the first cookie of this name, as sent; undefined where there is none. */
export function cookie(request: Reads, name: string): string | undefined {
  return pairs(request).find((pair) => pair.name === name)?.value
}

/** All cookies by name, in the order sent; of those with one name, the first. */
export function cookies(request: Reads): ReadonlyMap<string, string> {
  const byName = new Map<string, string>()
  for (const { name, value } of pairs(request)) if (!byName.has(name)) byName.set(name, value)
  return byName
}

/** Keeps only the cookies of these names, `'session'` or `'wp_*'`; none of them left, the field goes. */
export function keepCookies(request: Writes, ...names: readonly string[]): void {
  filter(request, (name) => namesMatch(names, name))
}

/** Drops the cookies of these names, `'_ga*'`; all of them where no name is given. */
export function dropCookies(request: Writes, ...names: readonly string[]): void {
  if (names.length === 0) request.headers.delete('cookie')
  else filter(request, (name) => !namesMatch(names, name))
}

interface Pair {
  readonly name: string
  readonly value: string
  readonly text: string
}

/** A pair without `=` is a nameless cookie (as browsers send it): its text is the value. */
function pairs({ headers }: Reads): Pair[] {
  const found: Pair[] = []
  for (const line of headers.all('cookie')) {
    for (const part of line.split(';')) {
      const text = trimOws(part)
      if (text === '') continue
      const equals = text.indexOf('=')
      const name = equals === -1 ? '' : trimOws(text.slice(0, equals))
      found.push({ name, value: trimOws(text.slice(equals + 1)), text })
    }
  }
  return found
}

function filter(request: Writes, keeps: (name: string) => boolean): void {
  const all = pairs(request)
  const kept = all.filter(({ name }) => keeps(name))
  if (kept.length === all.length) return
  if (kept.length === 0) request.headers.delete('cookie')
  else request.headers.set('cookie', kept.map(({ text }) => text).join('; '))
}
