/** Correctness before time: a server that answers wrongly, or not from where it should, is not measured. */
import { bodyOf } from './objects.ts'
import { fieldsOf, pathsOf, type DrawnMix, type Mix } from './mix.ts'
import type { Client, Fetched } from './fetch.ts'

/** Where answers of a lane should come from; `fixed` answers mean nothing and are only looked at for their size. */
export type Source = 'store' | 'origin' | 'fixed'

const FRESH_SAMPLE = 200

/**
 * From the store: every path is asked for twice; the first round fills, in the second the origin must not hear of it.
 * From the origin: it must hear of every request. Bodies must equal the origin's, byte for byte.
 */
export async function check(
  client: Client,
  server: string,
  origin: string,
  mix: Mix,
  source: Source,
): Promise<void> {
  if (mix.kind === 'fresh') await checkFresh(client, server, origin, mix.prefix)
  else if (source === 'fixed') await checkFixed(client, server)
  else await checkDrawn(client, server, origin, mix, source)
}

/** How many requests for objects the origin has had. */
export async function originCount(client: Client, origin: string): Promise<number> {
  return Number((await client.get(`${origin}/count`)).body.toString())
}

async function checkDrawn(
  client: Client,
  server: string,
  origin: string,
  mix: DrawnMix,
  source: Source,
): Promise<void> {
  const paths = pathsOf(mix)
  const ask = (validating: boolean): Promise<void> =>
    eachOf(paths, async (path) => {
      const answer = await client.get(server + path, fieldsOf(path, validating))
      if (validating) demandNotModified(path, answer)
      else demandWhole(path, answer)
    })
  await ask(false)
  const before = await originCount(client, origin)
  await ask(mix.validating)
  const reached = (await originCount(client, origin)) - before
  if (source === 'store' && reached !== 0) {
    throw new Error(`${reached} of ${paths.length} second requests reached the origin: these are no hits`)
  }
  if (source === 'origin' && reached !== paths.length) {
    throw new Error(`${reached} of ${paths.length} requests reached the origin: these are no passes`)
  }
}

/** A sample of new paths: each must reach the origin once, and be stored. */
async function checkFresh(client: Client, server: string, origin: string, prefix: string): Promise<void> {
  const paths = Array.from({ length: FRESH_SAMPLE }, (_, i) => `${prefix}check-${i}`)
  const ask = (): Promise<void> =>
    eachOf(paths, async (path) => demandWhole(path, await client.get(server + path, fieldsOf(path, false))))
  const before = await originCount(client, origin)
  await ask()
  const first = await originCount(client, origin)
  await ask()
  const second = await originCount(client, origin)
  if (first - before !== FRESH_SAMPLE || second !== first) {
    throw new Error(`of ${FRESH_SAMPLE} misses, ${first - before} reached the origin, then ${second - first}`)
  }
}

async function checkFixed(client: Client, server: string): Promise<void> {
  const { status, body } = await client.get(`${server}/o/0`, fieldsOf('/o/0', false))
  if (status !== 200 || body.length !== bodyOf('/o/0').length) throw new Error(`status ${status}`)
}

function demandWhole(path: string, { status, body }: Fetched): void {
  if (status !== 200) throw new Error(`${path}: status ${status} instead of 200`)
  if (!body.equals(bodyOf(path))) throw new Error(`${path}: the body is not the origin's`)
}

function demandNotModified(path: string, { status, body }: Fetched): void {
  if (status !== 304 || body.length !== 0) throw new Error(`${path}: status ${status} instead of 304`)
}

/** Twenty at a time. */
export async function eachOf(paths: readonly string[], ask: (path: string) => Promise<void>): Promise<void> {
  const rest = paths.values()
  const worker = async (): Promise<void> => {
    for (const path of rest) await ask(path)
  }
  await Promise.all(Array.from({ length: 20 }, worker))
}
