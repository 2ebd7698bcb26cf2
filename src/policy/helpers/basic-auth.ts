/**
 * HTTP Basic authentication (RFC 7617), for a staging site or a page of statistics. Over TLS only, if it is to mean something.
 *
 * The name and the password are compared by digest, all users each time, so that the time it takes tells nothing about them.
 * It never changes the request: what is answered to a request with Authorization is stored only where the origin allows that (RFC 9111
 * §3.5). Where the origin doesn't need it, `request.headers.delete('Authorization')` afterwards lets responses be stored; nobody
 * gets them without having passed here, since `recv` comes first.
 */
import { json } from './answers.ts'
import { isSecret, secretOf } from './secrets.ts'
import type { SynthVerdict } from '../verdict.ts'
import type { ReadonlyHeaders } from '../views.ts'

export interface BasicAuthOptions {
  /** Shown to the person who is asked; visible ASCII and spaces without `"` or `\`. By default `restricted`. */
  readonly realm?: string
  /** Password by name. Take passwords from the environment rather than from the file. Names must have no colon. */
  readonly users: Readonly<Record<string, string>>
}

/** Makes a guard: given a request, it answers a 401, or nothing where the request carries a known name and its password. */
export function basicAuth(
  options: BasicAuthOptions,
): (request: { readonly headers: ReadonlyHeaders }) => SynthVerdict | undefined {
  const { realm = 'restricted', users } = options
  if (!/^[ !#-[\]-~]*$/.test(realm))
    throw new RangeError(`basicAuth: realm ${JSON.stringify(realm)} can't be sent`)
  for (const [name, password] of Object.entries(users)) checkUser(name, password)
  const known = Object.entries(users).map(([name, password]) => secretOf(`${name}:${password}`))
  const refusal = json(
    401,
    { error: 'unauthorized' },
    { 'www-authenticate': `Basic realm="${realm}", charset="UTF-8"` },
  )
  return ({ headers }) => {
    const given = credentials(headers)
    let isKnown = false
    for (const one of known) isKnown = isSecret(given, one) || isKnown
    return isKnown ? undefined : refusal
  }
}

/** An unset variable of the environment must not become a password that anybody can guess. */
function checkUser(name: string, password: unknown): void {
  if (name.includes(':')) throw new RangeError(`basicAuth: name '${name}' has a colon (RFC 7617 §2)`)
  if (typeof password !== 'string' || password === '')
    throw new RangeError(`basicAuth: the password of '${name}' is empty or not set`)
}

/** `name:password`, or a text that no user has. */
function credentials(headers: ReadonlyHeaders): string {
  const found = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(headers.get('authorization') ?? '')?.[1]
  return found === undefined ? '' : Buffer.from(found, 'base64').toString('utf8')
}
