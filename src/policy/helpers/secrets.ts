/** Secrets are compared by digest and in constant time, so that the time it takes tells nothing about them. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** To be made once of what is expected. */
export type Secret = Buffer

export function secretOf(text: string): Secret {
  return createHash('sha256').update(text, 'utf8').digest()
}

export function isSecret(given: string, expected: Secret): boolean {
  return timingSafeEqual(secretOf(given), expected)
}
