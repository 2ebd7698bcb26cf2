/** Reads the JSON that a call brings along: bounded, and nothing but JSON. */
import type { IncomingMessage } from 'node:http'
import { LIMITS } from '../config/limits.ts'
import { Problem } from './problem.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Undefined where there is none. Throws a `Problem` for what is too large, of another type, or no JSON. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const { headers } = request
  const length = Number(headers['content-length'] ?? 0)
  if (headers['transfer-encoding'] === undefined && length === 0) return undefined
  if (length > LIMITS.adminBodyBytes) throw tooLarge()
  // Besides being honest, this keeps out what a foreign page can have a browser send without asking first.
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new Problem(
      415,
      'media-type',
      `a body of type '${type ?? 'unknown'}' is not taken; send JSON, with Content-Type: application/json`,
    )
  }
  const bytes = await bytesOf(request)
  if (bytes.length === 0) return undefined
  try {
    return JSON.parse(UTF8.decode(bytes)) as unknown
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
    throw new Problem(400, 'no-json', `the body is no JSON: ${error.message}`)
  }
}

/** By events: a purge is to cost little, and iterating over a stream costs more than all that is done with what it brings. */
function bytesOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let total = 0
    request.on('data', (chunk: Buffer) => {
      total += chunk.length
      if (total > LIMITS.adminBodyBytes) reject(tooLarge())
      else chunks.push(chunk)
    })
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    request.once('error', reject)
    const gone = (): void => reject(new Error('the caller left before all of the body was there'))
    if (request.destroyed) gone()
    else request.once('close', gone)
  })
}

function tooLarge(): Problem {
  return new Problem(413, 'too-large', `the body is over ${LIMITS.adminBodyBytes} bytes; send less at a time`)
}
