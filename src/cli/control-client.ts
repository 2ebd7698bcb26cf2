/**
 * How commands talk to an edge that runs: one call of its control API. Says in words what keeps a call from being done.
 * Where the edge listens comes from `--admin` or `LACQUER_ADMIN`, the token from `--token-file`, `LACQUER_ADMIN_TOKEN_FILE` or
 * `LACQUER_ADMIN_TOKEN`; never from the command line itself, which other users of the machine can read.
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { http } from '../admin/http-module.ts'
import type { Method } from '../admin/operation.ts'
import { PROBLEM } from '../admin/problem.ts'
import { reachable, readAddress, writeAddress, type Address } from '../config/address.ts'
import { LIMITS } from '../config/limits.ts'
import { PARAMETERS } from '../config/parameters.ts'
import { CommandError, FAILURE, USAGE_ERROR } from './command-error.ts'
import type { ControlOptions } from './control-options.ts'

export interface Call {
  readonly method: Method
  /** Use `pathOf` where it holds what a person wrote. */
  readonly path: string
  /** Members that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
}

/** The body of the answer, as `schema` has it. Throws a `CommandError` where there is none, or it is a problem. */
export async function callEdge<Answer>(
  options: ControlOptions,
  call: Call,
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  const address = addressOf(options)
  const token = await tokenOf(options)
  const answer = await exchange(address, token, call)
  const where = writeAddress(address)
  if (answer.status >= 200 && answer.status < 300) {
    const result = schema.safeParse(jsonOf(answer.text, where))
    if (result.success) return result.data
    throw new CommandError(FAILURE, [
      `what ${where} answers is not understood (${z.prettifyError(result.error).split('\n')[0] ?? ''}); does it run another version of Lacquer?`,
    ])
  }
  throw refusal(answer, where)
}

/** `/v1/origins/{name}` with the values in place of the braces. */
export function pathOf(pattern: string, values: Readonly<Record<string, string>>): string {
  return pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
}

export function printJson(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
}

interface Answer {
  readonly status: number
  readonly text: string
}

function addressOf({ admin }: ControlOptions): Address {
  const [source, text] =
    admin !== undefined
      ? ['--admin', admin]
      : ['LACQUER_ADMIN', process.env['LACQUER_ADMIN'] || PARAMETERS.admin.default]
  const reading = readAddress(text)
  if (!reading.ok) throw new CommandError(USAGE_ERROR, [`${source}: ${reading.why}`])
  return reachable(reading.value)
}

async function tokenOf({ tokenFile }: ControlOptions): Promise<string | null> {
  const path = tokenFile ?? (process.env['LACQUER_ADMIN_TOKEN_FILE'] || undefined)
  if (path === undefined) return process.env['LACQUER_ADMIN_TOKEN'] || null
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new CommandError(FAILURE, [`the token in ${path} can't be read (${code})`])
  }
}

function exchange(address: Address, token: string | null, call: Call): Promise<Answer> {
  const body = call.body === undefined ? null : Buffer.from(JSON.stringify(call.body))
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      {
        host: address.host,
        port: address.port,
        method: call.method,
        path: `${call.path}${searchOf(call.query ?? {})}`,
        agent: false,
        timeout: LIMITS.controlTimeoutMs,
        headers: {
          Accept: 'application/json, application/problem+json',
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === null ? {} : { 'Content-Type': 'application/json', 'Content-Length': body.length }),
        },
      },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => (text += chunk))
        incoming.on('error', (error) => reject(unreachable(error, address)))
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }))
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })))
    outgoing.on('error', (error) => reject(unreachable(error, address)))
    outgoing.end(body ?? undefined)
  })
}

function searchOf(query: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value)
  return search.size === 0 ? '' : `?${search.toString()}`
}

function unreachable(error: NodeJS.ErrnoException, address: Address): CommandError {
  const where = writeAddress(address)
  const code = error.code ?? error.message
  if (code === 'ECONNREFUSED') {
    return new CommandError(FAILURE, [
      `nothing listens on ${where}; is lacquer running? --admin HOST:PORT says where its admin listener is`,
    ])
  }
  if (code === 'ETIMEDOUT') {
    return new CommandError(FAILURE, [
      `${where} does not answer; is that lacquer's admin listener? --admin HOST:PORT says where it is`,
    ])
  }
  return new CommandError(FAILURE, [
    `${where} can't be asked (${code}); --admin HOST:PORT says where the admin listener is`,
  ])
}

function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new CommandError(FAILURE, [
      `what ${where} answers is no JSON; is that lacquer's admin listener, and not the port for clients?`,
    ])
  }
}

function refusal(answer: Answer, where: string): CommandError {
  if (answer.status === 401) {
    return new CommandError(FAILURE, [
      `${where} wants its token, or another one; name it with --token-file PATH, or in LACQUER_ADMIN_TOKEN`,
    ])
  }
  const problem = PROBLEM.safeParse(answer.text === '' ? null : jsonOf(answer.text, where))
  if (!problem.success) return new CommandError(FAILURE, [`${where} answers ${answer.status}`])
  const { detail, errors = [] } = problem.data
  const further = errors.length > 1 ? errors.map((error) => `  ${error.where}: ${error.what}`) : []
  return new CommandError(FAILURE, [detail, ...further])
}
