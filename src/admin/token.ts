/**
 * The bearer token that operators show (RFC 6750): given as it is, or in a file. A file is read again when somebody shows a token
 * and it was last read more than a second ago, so that a secret can be replaced while the edge runs.
 *
 * Tokens are compared by their hashes and in constant time, so that how long an answer takes tells nothing of the token.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import { LIMITS } from '../config/limits.ts'
import type { Log } from '../observe/events.ts'

/** A token that can't be used; the message says why and what would be right. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
}

export class Token {
  #hash: Buffer
  readonly #reread: (() => Promise<void>) | null

  private constructor(text: string, reread: ((token: Token) => Promise<void>) | null) {
    this.#hash = hashOf(checked(text))
    this.#reread = reread === null ? null : () => reread(this)
  }

  /** Throws a `TokenError` for one that is too short to be a secret. */
  static of(text: string): Token {
    return new Token(text, null)
  }

  /** Throws a `TokenError` where there is no token in the file. One that can't be read later leaves the last one in force. */
  static async inFile(path: string, clock: Clock, log: Log): Promise<Token> {
    let readAt = clock.now()
    return new Token(await readToken(path), async (token) => {
      if (clock.now() - readAt < LIMITS.adminTokenMs) return
      readAt = clock.now()
      try {
        token.#hash = hashOf(checked(await readToken(path)))
      } catch (error) {
        if (!(error instanceof TokenError)) throw error
        log.log('warn', 'admin-token-kept', { reason: error.message })
      }
    })
  }

  async matches(shown: string): Promise<boolean> {
    await this.#reread?.()
    return timingSafeEqual(hashOf(shown), this.#hash)
  }
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new TokenError(
      `the admin token in ${path} can't be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
    )
  }
}

/** What RFC 6750 §2.1 allows in a header, and long enough that nobody guesses it. */
function checked(text: string): string {
  if (/^[A-Za-z0-9._~+/-]{16,1024}=*$/.test(text)) return text
  throw new TokenError(
    'the admin token is not 16 or more letters, digits or -._~+/ in one line; make one with: openssl rand -hex 32',
  )
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
