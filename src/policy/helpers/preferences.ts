/**
 * What a client says it would like, read down to the few answers that there are: Accept-Language, Accept-Encoding (RFC 9110 §12.5),
 * and the class of its device.
 *
 * An origin that answers with `Vary: Accept-Language` has as many variants as there are spellings of that field, which is thousands.
 * Normalised in `recv`, it has as many as the site has languages.
 */
import { asciiLower, listMembers, parameterParts, trimOws } from '../../http/tokens.ts'
import type { Headers, ReadonlyHeaders } from '../views.ts'

interface Reads {
  readonly headers: ReadonlyHeaders
}
interface Writes {
  readonly headers: Headers
}

/**
 * The one of `languages` that the client likes best, in your spelling; the first where it likes none of them. Sets Accept-Language to it.
 * A client's `de` takes `de-AT` where there is no `de`, and its `de-CH` takes `de` (RFC 4647 §3.3.1, §3.4).
 */
export function normaliseLanguage<Language extends string>(
  request: Writes,
  languages: readonly [Language, ...Language[]],
): Language {
  const chosen = liked(request, 'accept-language').reduce<Language | null>(
    (found, { name }) => found ?? languageFor(name, languages),
    null,
  )
  const language = chosen ?? languages[0]
  request.headers.set('accept-language', language)
  return language
}

function languageFor<Language extends string>(
  range: string,
  languages: readonly [Language, ...Language[]],
): Language | null {
  if (range === '*') return languages[0]
  for (let prefix = range; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('-')))) {
    const exact = languages.find((language) => asciiLower(language) === prefix)
    const longer = languages.find((language) => asciiLower(language).startsWith(`${prefix}-`))
    if (exact !== undefined) return exact
    if (longer !== undefined) return longer
  }
  return null
}

/**
 * The first of `codings` (your order of preference, by default br and gzip) that the client takes, or `identity`.
 * Sets Accept-Encoding to it.
 */
export function normaliseEncoding(request: Writes, codings: readonly string[] = ['br', 'gzip']): string {
  const wishes = readWishes(request, 'accept-encoding')
  const chosen = codings.find((coding) => {
    const wish = wishes.find(({ name }) => name === coding || name === `x-${coding}`)
    return (wish ?? wishes.find(({ name }) => name === '*') ?? { q: 0 }).q > 0
  })
  const coding = chosen ?? 'identity'
  request.headers.set('accept-encoding', coding)
  return coding
}

export type DeviceClass = 'desktop' | 'tablet' | 'phone' | 'robot'

/**
 * What kind of device it says it is, by Sec-CH-UA-Mobile and User-Agent. A guess that works for what people use; `desktop` where nothing
 * tells. For the key (`key.add(deviceClass(request))` in `hash`) or for a field of your own, by which the origin varies.
 */
export function deviceClass(request: Reads): DeviceClass {
  const agent = request.headers.get('user-agent') ?? ''
  if (/bot\b|crawl|spider|slurp|facebookexternalhit|preview/i.test(agent)) return 'robot'
  if (/ipad|tablet|kindle|silk\/|playbook/i.test(agent)) return 'tablet'
  if (/android/i.test(agent) && !/mobile/i.test(agent)) return 'tablet'
  if (request.headers.get('sec-ch-ua-mobile') === '?1') return 'phone'
  return /mobile|iphone|ipod|opera mini|windows phone/i.test(agent) ? 'phone' : 'desktop'
}

interface Wish {
  /** Lower case. */
  readonly name: string
  /** 0 to 1. */
  readonly q: number
}

/** What is wanted at all, the most wanted first; of equals, in the client's order. */
function liked(request: Reads, field: string): Wish[] {
  return readWishes(request, field)
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q)
}

/** A weight that can't be read counts as none given (RFC 9110 §12.4.2). */
function readWishes({ headers }: Reads, field: string): Wish[] {
  return listMembers(headers.get(field) ?? '').map((member) => {
    const [name = '', ...parameters] = parameterParts(member)
    const weight = parameters.map((text) => /^q=([01](?:\.\d{0,3})?)$/i.exec(text)?.[1]).find(Boolean)
    return { name: asciiLower(trimOws(name)), q: weight === undefined ? 1 : Math.min(1, Number(weight)) }
  })
}
