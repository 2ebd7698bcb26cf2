/** Reads the JSON that a call brings along: bounded, and nothing but JSON. */
import type { IncomingMessage } from 'node:http'
import { LIMITS } from '../config/limits.ts'
import { Problem } from './problem.ts'

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
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
    throw new Problem(400, 'no-json', `the body is no JSON: ${error.message}`)
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length
    if (total > LIMITS.adminBodyBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(): Problem {
  return new Problem(413, 'too-large', `the body is over ${LIMITS.adminBodyBytes} bytes; send less at a time`)
}
