/** The requests of the load: which paths in which order, and the head that they carry. */
import { etagOf } from './objects.ts'
import { Zipf } from './zipf.ts'

const EXPONENT = 0.9

/** The host that all requests name. */
export const HOST = 'bench.example'

/** What a browser sends with a subresource, in size and number of fields. */
export const BROWSER_HEAD: Readonly<Record<string, string>> = {
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Language': 'en-GB,en;q=0.9,de;q=0.8',
  'Accept-Encoding': 'gzip, deflate, br',
  Cookie: '_ga=GA1.2.1187264521.1767225600; consent=all; theme=dark',
  Referer: 'http://bench.example/start',
  Connection: 'keep-alive',
}

export type Mix = DrawnMix | FreshMix

/** Paths drawn by Zipf's law from a known number of them. */
export interface DrawnMix {
  readonly kind: 'drawn'
  /** `/o/`: the rank follows. */
  readonly prefix: string
  readonly urls: number
  readonly seed: number
  /** How many are drawn; then they come again. */
  readonly draws: number
  /** Each request says that the client has the object already (If-None-Match). */
  readonly validating: boolean
}

/** Each path once: the number after the prefix counts up. */
export interface FreshMix {
  readonly kind: 'fresh'
  readonly prefix: string
  readonly from: number
}

/** All paths of a mix, by popularity. */
export function pathsOf({ prefix, urls }: DrawnMix): string[] {
  return Array.from({ length: urls }, (_, rank) => `${prefix}${rank}`)
}

/** The paths in the order in which they are asked for. */
export function drawPaths({ prefix, urls, seed, draws }: DrawnMix): string[] {
  const zipf = new Zipf(urls, EXPONENT, seed)
  return Array.from({ length: draws }, () => `${prefix}${zipf.next()}`)
}

/** The fields of a request for `path`. */
export function fieldsOf(path: string, validating: boolean): Record<string, string> {
  const fields = { Host: HOST, ...BROWSER_HEAD }
  return validating ? { ...fields, 'If-None-Match': etagOf(path) } : fields
}
