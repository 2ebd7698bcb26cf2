/**
 * The query of a target, parameter by parameter (`application/x-www-form-urlencoded`, as forms and most origins have it).
 *
 * For `recv`: what is dropped from `request.url` is neither in the cache key nor sent to the origin. What is kept is kept byte for
 * byte. Names are compared as the origin will read them, so that `utm%5Fsource` is `utm_source`.
 */
import { namesMatch } from './names.ts'

/** What has a path and query: a request in `recv`, or the request to the origin in `originRequest`. */
interface HasUrl {
  url: string
}

/**
 * Parameters that are for the analytics in the page and not for the origin: of Google, Microsoft, Meta, TikTok, X, LinkedIn, Mailchimp,
 * HubSpot, Matomo, Adobe and Marketo, by their own documentation.
 */
export const TRACKING_PARAMETERS: readonly string[] = Object.freeze([
  'utm_*',
  'gclid',
  'gclsrc',
  'gbraid',
  'wbraid',
  'dclid',
  '_ga',
  '_gl',
  'msclkid',
  'fbclid',
  'igshid',
  'ttclid',
  'twclid',
  'li_fat_id',
  'mc_cid',
  'mc_eid',
  '_hsenc',
  '_hsmi',
  'mtm_*',
  'pk_*',
  's_kwcid',
  'mkt_tok',
])

/** The decoded value of the first parameter of this name; undefined where there is none, empty where it has none. */
export function queryParameter(request: { readonly url: string }, name: string): string | undefined {
  const part = partsOf(request.url).find((candidate) => nameOf(candidate) === name)
  if (part === undefined) return undefined
  const equals = part.indexOf('=')
  return equals === -1 ? '' : decoded(part.slice(equals + 1))
}

/** Drops the parameters of these names, `'page'` or `'utm_*'`; the whole query where no name is given. */
export function dropQuery(request: HasUrl, ...names: readonly string[]): void {
  rewrite(request, (parts) => parts.filter((part) => names.length > 0 && !namesMatch(names, nameOf(part))))
}

/** Keeps only the parameters of these names. */
export function keepQuery(request: HasUrl, ...names: readonly string[]): void {
  rewrite(request, (parts) => parts.filter((part) => namesMatch(names, nameOf(part))))
}

/** Drops what advertisers and newsletters put behind links: `TRACKING_PARAMETERS`, and `more`. */
export function dropTracking(request: HasUrl, ...more: readonly string[]): void {
  dropQuery(request, ...TRACKING_PARAMETERS, ...more)
}

/** Sorts the parameters by name, so that their order makes no other cache key; those of one name stay in their order. */
export function sortQuery(request: HasUrl): void {
  rewrite(request, (parts) => parts.toSorted((a, b) => order(nameOf(a), nameOf(b))))
}

const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** Empty parts (`a=1&&b=2`) say nothing and are not kept. */
function partsOf(url: string): string[] {
  const mark = url.indexOf('?')
  return mark === -1
    ? []
    : url
        .slice(mark + 1)
        .split('&')
        .filter((part) => part !== '')
}

function rewrite(request: HasUrl, change: (parts: readonly string[]) => readonly string[]): void {
  const { url } = request
  const mark = url.indexOf('?')
  if (mark === -1) return
  const query = change(partsOf(url)).join('&')
  const changed = query === '' ? url.slice(0, mark) : `${url.slice(0, mark)}?${query}`
  if (changed !== url) request.url = changed
}

function nameOf(part: string): string {
  const equals = part.indexOf('=')
  return decoded(equals === -1 ? part : part.slice(0, equals))
}

/** What can't be decoded stands for itself. */
function decoded(text: string): string {
  if (!/[%+]/.test(text)) return text
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch (error) {
    if (error instanceof URIError) return spaced
    throw error
  }
}
