/** What a cache key is made of: how `key.ts` writes it, read back for people. */

/** Separates what a policy added: it can stand in no scheme, host or target. */
export const PART = '\n'

/** What a key is made of, for people. */
export interface KeyParts {
  readonly scheme: string
  readonly host: string
  /** Path and query; where a rule of No-Vary-Search made the key, the path. */
  readonly url: string
  /** What `hash` added. */
  readonly added: readonly string[]
  readonly bySearchRule: boolean
}

export function keyParts(key: string): KeyParts {
  const [uri = ''] = key.split(PART, 1)
  const [, scheme = '', host = '', url = ''] = /^([^:]*):\/\/([^/*]*)(.*)$/.exec(uri) ?? []
  const added: string[] = []
  let at = uri.length
  for (;;) {
    const length = /^\n(\d+):/.exec(key.slice(at, at + 24))
    if (length === null) break
    const from = at + length[0].length
    at = from + Number(length[1])
    added.push(key.slice(from, at))
  }
  return { scheme, host, url, added, bySearchRule: key.startsWith(`${PART}?`, at) }
}
