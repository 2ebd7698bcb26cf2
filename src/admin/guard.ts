/**
 * Who may call the control API. With a token: whoever shows it (RFC 6750). Without one only this machine can reach the listener,
 * and what remains to be kept out are web pages that the operator's own browser opens: those that give their name our address (DNS
 * rebinding), told by Host; and those that send what changes something, told by Origin and Sec-Fetch-Site.
 */
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { Problem } from './problem.ts'
import type { Token } from './token.ts'

export class Guard {
  readonly #token: Token | null
  /** What the listener is called in the configuration. */
  readonly #ownHost: string

  constructor(token: Token | null, ownHost: string) {
    this.#token = token
    this.#ownHost = ownHost.toLowerCase()
  }

  /** Throws a `Problem` for those who may not. */
  async admit(request: IncomingMessage): Promise<void> {
    if (this.#token !== null) return admitByToken(request, this.#token)
    this.#refuseForeignHost(request)
    if (request.method !== 'GET' && request.method !== 'HEAD') refuseForeignPage(request)
  }

  /** A name that a page came by is never an address, nor a name of this machine. */
  #refuseForeignHost({ headers }: IncomingMessage): void {
    const host = hostOf(headers.host ?? '')
    if (isIP(host) !== 0 || host === 'localhost' || host === this.#ownHost) return
    throw new Problem(
      403,
      'foreign-host',
      `without a token this listener answers to localhost and addresses only, not to the Host '${host}'`,
    )
  }
}

async function admitByToken(request: IncomingMessage, token: Token): Promise<void> {
  const shown = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (shown === undefined) {
    throw new Problem(401, 'no-token', 'this listener wants its token: send Authorization: Bearer TOKEN')
  }
  if (!(await token.matches(shown)))
    throw new Problem(401, 'wrong-token', 'that is not the token of this listener')
}

function refuseForeignPage({ headers }: IncomingMessage): void {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  const isOwn = origin === undefined || origin === `http://${host ?? ''}`
  if (isOwn && (site === undefined || site === 'same-origin' || site === 'none')) return
  throw new Problem(
    403,
    'foreign-origin',
    'pages of other origins may change nothing here; use lacquer or curl, or configure a token',
  )
}

/** Of Host's value, without port and brackets. */
function hostOf(field: string): string {
  const [, bracketed, plain = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(field) ?? []
  return (bracketed ?? plain).toLowerCase()
}
