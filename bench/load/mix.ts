/** The requests of the load: which paths in which order, and the head that they carry. */
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

/** The path of the object with this rank. */
export function pathOf(rank: number): string {
  return `/o/${rank}`
}

/** `count` paths among `urls` different ones. */
export function drawPaths(count: number, urls: number, seed: number): string[] {
  const zipf = new Zipf(urls, EXPONENT, seed)
  return Array.from({ length: count }, () => pathOf(zipf.next()))
}
