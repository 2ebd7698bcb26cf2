/**
 * Two users and an origin that echoes what it saw. Each user has secrets: a cookie, credentials, values in whatever fields
 * proxies, frameworks and origins are known to look at, parameters. The origin answers with them, and says of its answer, as
 * RFC 9110 and 9111 have it, who it is for. No user may ever be sent a secret of the other one; and requests for one cache
 * key that may be stored must look alike to the origin, but for the fields that it can name in Vary.
 */
import type { RawRequest } from '../origin/raw-origin.ts'
import type { RawClient } from '../server/raw-client.ts'
import type { Dice } from './dice.ts'
import type { Stand } from './stand.ts'
import { request } from './wire-text.ts'

/** Claims and commands that a stranger has no business to make: an origin may act on them, and doesn't name them in Vary. */
export const COMMANDS: readonly string[] = [
  ...[
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Forwarded-Port',
    'X-Forwarded-Prefix',
    'X-Forwarded-Server',
  ],
  ...['X-Forwarded-Scheme', 'X-Forwarded-SSL', 'X-Forwarded-Protocol', 'X-Forwarded-Path', 'X-Forwarded-Uri'],
  ...[
    'X-Forwarded-By',
    'X-Forwarded',
    'X-Forwarded-Method',
    'X-Forwarded-Server-Name',
    'X-Forwarded-Context',
  ],
  ...['Forwarded', 'X-Real-IP', 'X-Client-IP', 'X-Cluster-Client-IP', 'True-Client-IP', 'Front-End-Https'],
  ...[
    'X-Original-URL',
    'X-Original-URI',
    'X-Original-Host',
    'X-Original-Method',
    'X-Rewrite-URL',
    'X-Rewrite-URI',
  ],
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X-HTTP-Host-Override', 'X-Host'],
  ...['X-HTTP-DestinationURL', 'X-URL-Scheme', 'X-HTTP-Path-Override', 'X-Override-URL', 'X-Proxy-URL'],
  ...['X-Envoy-Original-Path', 'X-Envoy-External-Address', 'X-Azure-ClientIP', 'X-Appengine-User-IP'],
  ...[
    'Fastly-Client-IP',
    'CF-Connecting-IP',
    'X-Originating-IP',
    'X-Remote-IP',
    'X-Remote-Addr',
    'X-ProxyUser-IP',
  ],
  ...['X-Backend-Host', 'X-Server-Name', 'X-Custom-IP-Authorization', 'Proxy', 'Base-URL', 'Http-Url'],
  ...['Request-Uri', 'Uri', 'Url', 'X-Middleware-Subrequest', 'X-Middleware-Rewrite', 'Client-IP'],
  ...[
    'Content-Length',
    'TE',
    'Trailer',
    'Upgrade',
    'Keep-Alive',
    'Proxy-Authorization',
    'Max-Forwards',
    'Range',
  ],
  ...['If-None-Match', 'If-Modified-Since', 'If-Range', 'Expect', 'Via', 'Connection'],
].filter(
  (name) => !['Content-Length', 'Upgrade', 'Expect', 'Connection', 'Range', 'TE', 'If-Range'].includes(name),
)

/** Ordinary fields: an origin that answers by one of these says so in Vary. */
const ORDINARY: readonly string[] = [
  ...[
    'Accept',
    'Accept-Language',
    'Accept-Encoding',
    'Accept-Charset',
    'User-Agent',
    'Referer',
    'Origin',
    'DNT',
  ],
  ...[
    'Save-Data',
    'Sec-CH-UA',
    'Sec-Fetch-Mode',
    'X-Requested-With',
    'X-Api-Version',
    'X-Country',
    'X-Device',
  ],
  ...[
    'X-Tenant',
    'X-User',
    'X-Session',
    'X-Theme',
    'X-AB',
    'From',
    'Priority',
    'Device-Memory',
    'Viewport-Width',
  ],
  ...Array.from({ length: 200 }, (_, n) => `X-Any-${n}`),
]

/** What an origin that echoes cookies and credentials may say of it. */
const FOR_ONE: readonly string[] = [
  'Cache-Control: private, max-age=60',
  'Cache-Control: no-store',
  'Cache-Control: private',
  'Cache-Control: max-age=60\r\nVary: Cookie, Authorization',
  'Cache-Control: max-age=60\r\nVary: *',
  'Cache-Control: no-cache',
  'Cache-Control: max-age=0, must-revalidate',
  'Last-Modified: Sun, 01 Nov 2020 00:00:00 GMT',
  'Set-Cookie: id=@; Path=/\r\nCache-Control: max-age=60',
  'Cache-Control: max-age=60, private="Set-Cookie"\r\nSet-Cookie: id=@',
  'Pragma: no-cache',
  'Expires: 0',
]

interface User {
  readonly secret: string
  readonly lines: readonly string[]
  readonly minorVersion: number
  readonly side: 0 | 1
}

export interface UserFigures {
  trials: number
  requests: number
  /** Answers that came from the store or with another's fetch. */
  shared: number
}

const REQUESTS_PER_CONNECTION = 16

type Kind = 'for one' | 'varies' | 'credentials' | 'commands'

export class UserTrials {
  readonly figures: UserFigures = { trials: 0, requests: 0, shared: 0 }
  readonly #stand: Stand
  /** What the origin says of its answer for a target, what it echoes, and what it saw for it first. */
  readonly #pages = new Map<
    string,
    { says: string; echoes: readonly string[] | 'all'; alike: string | null }
  >()
  readonly #lines: ({ client: RawClient; count: number } | null)[] = [null, null]
  #fault = ''

  constructor(stand: Stand) {
    this.#stand = stand
    stand.origin.script((asked) => this.#reflect(asked))
  }

  /** Both users ask for one thing a few times, together or in turn. Throws where one was told a secret of the other's. */
  async trial(dice: Dice): Promise<void> {
    const n = ++this.figures.trials
    const kind = dice.pick<Kind>(['for one', 'varies', 'credentials', 'commands'])
    const target = `/${n}/${dice.word(5)}${dice.oneIn(3) ? '.css' : ''}?${parameters(dice)}`
    const names = pickedNames(dice, kind)
    this.#pages.set(target, pageOf(kind, names, dice))
    const users = [userOf(dice, kind, names, `alice${n}x`), userOf(dice, kind, names, `bob${n}x`)]
    for (let round = 2 + dice.below(2); round > 0; round--) {
      const asks = users.map((user, i) => this.#ask(target, user, users[1 - i]!))
      if (dice.oneIn(2)) await Promise.all(asks.map((ask) => ask()))
      else for (const ask of asks) await ask()
    }
    this.#pages.delete(target)
    if (this.#fault !== '') throw new Error(this.#fault)
    if (n % 500 === 0) this.#stand.store.clear()
  }

  #ask(target: string, user: User, other: User): () => Promise<void> {
    return async () => {
      this.figures.requests++
      const { client, count } = await this.#clientOf(user)
      client.send(
        request(`GET ${target} HTTP/1.${user.minorVersion}`, [
          'Host: t.test',
          'Connection: keep-alive',
          ...user.lines,
        ]),
      )
      const response = (await client.responses(count)).at(-1)
      if (count === REQUESTS_PER_CONNECTION) client.close()
      const text = `${response?.head ?? ''}\n\n${response?.body ?? ''}`
      const what = `${target}\n${user.lines.join('\n')}\n->\n${text}`
      if (response?.complete !== true || response.status !== 200) throw new Error(`no answer to ${what}`)
      if (text.includes(other.secret))
        throw new Error(`a secret of ${other.secret} for ${user.secret}: ${what}`)
      if (/; hit|; collapsed/.test(response.head)) this.figures.shared++
    }
  }

  /** The connection of this one's side, which serves a few trials, and how many requests there were on it with this one. */
  async #clientOf(user: User): Promise<{ client: RawClient; count: number }> {
    const line = this.#lines[user.side] ?? { client: await this.#stand.connect(), count: 0 }
    this.#lines[user.side] = ++line.count < REQUESTS_PER_CONNECTION ? line : null
    return line
  }

  #reflect(asked: RawRequest): void {
    const page = this.#pages.get(asked.target)
    if (page === undefined) {
      asked.send('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const { says, echoes } = page
    const lines = asked.lines.filter((line) => echoes === 'all' || echoes.includes(nameOf(line)))
    const body = [asked.target, ...lines].join('\n')
    const secret = /(?:alice|bob)\d+x/.exec(asked.rawHead)?.[0] ?? 'nobody'
    asked.send(
      `HTTP/1.1 200 OK\r\n${says.replaceAll('@', secret)}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    if (echoes === 'all') return
    // Without the fields that it could have named, nothing may be left by which two requests for one key differ.
    const alike = [
      asked.method,
      asked.target,
      ...asked.lines.filter((line) => !VARIED.has(nameOf(line))),
    ].join('\n')
    if (page.alike === null) page.alike = alike
    else if (page.alike !== alike) this.#fault = `requests for one key differ:\n${page.alike}\nand\n${alike}`
  }
}

/** Fields that an origin may name in Vary, and those of the connection between it and us. */
const VARIED: ReadonlySet<string> = new Set(
  [...ORDINARY, 'Cookie', 'Authorization', 'Connection'].map((name) => name.toLowerCase()),
)

const nameOf = (line: string): string => line.slice(0, line.indexOf(':')).toLowerCase()

function pickedNames(dice: Dice, kind: Kind): readonly string[] {
  const from = kind === 'commands' ? COMMANDS : ORDINARY
  return [...new Set(Array.from({ length: 1 + dice.below(12) }, () => dice.pick(from)))]
}

function pageOf(
  kind: Kind,
  names: readonly string[],
  dice: Dice,
): { says: string; echoes: readonly string[] | 'all'; alike: null } {
  const lower = names.map((name) => name.toLowerCase())
  switch (kind) {
    case 'for one':
      return { says: dice.pick(FOR_ONE), echoes: 'all', alike: null }
    case 'credentials':
      // To a request with Authorization it need not say more (RFC 9111 §3.5).
      return { says: 'Cache-Control: max-age=60', echoes: ['authorization'], alike: null }
    case 'varies':
      return { says: `Cache-Control: max-age=60\r\nVary: ${names.join(', ')}`, echoes: lower, alike: null }
    case 'commands':
      // All of them: that none gets through is the point.
      return {
        says: 'Cache-Control: public, max-age=60',
        echoes: COMMANDS.map((name) => name.toLowerCase()),
        alike: null,
      }
  }
}

function userOf(dice: Dice, kind: Kind, names: readonly string[], secret: string): User {
  const lines = names.map((name) => `${name}: ${commandValue(name, secret)}`)
  if (kind === 'for one')
    lines.push(`Cookie: session=${secret}`, ...(dice.oneIn(2) ? [`Authorization: Bearer ${secret}`] : []))
  if (kind === 'credentials') lines.push(`Authorization: Basic ${secret}`)
  return { secret, lines, minorVersion: dice.oneIn(4) ? 0 : 1, side: secret.startsWith('alice') ? 0 : 1 }
}

function commandValue(name: string, secret: string): string {
  return name === 'Max-Forwards' ? '7' : name.startsWith('If-') ? `"${secret}"` : secret
}

function parameters(dice: Dice): string {
  return Array.from(
    { length: 1 + dice.below(6) },
    () => `${dice.word(3)}=${dice.word(1 + dice.below(5))}`,
  ).join('&')
}
