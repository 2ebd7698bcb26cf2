/** Correctness before time: a server that answers wrongly, or does not serve from its store, is not measured. */
import { BROWSER_HEAD, HOST, pathOf } from './mix.ts'
import type { Client, Fetched } from './fetch.ts'

const HEAD = { ...BROWSER_HEAD, Host: HOST }

/**
 * Asks for every URL twice. The first round fills the store; in the second, bodies must equal the origin's and the
 * origin must not hear of it.
 */
export async function checkAndFill(
  client: Client,
  server: string,
  origin: string,
  urls: number,
): Promise<void> {
  const paths = Array.from({ length: urls }, (_, rank) => pathOf(rank))
  await eachOf(paths, async (path) => demand(path, await client.get(server + path, HEAD)))
  const countBefore = await originCount(client, origin)
  await eachOf(paths, async (path) => demand(path, await client.get(server + path, HEAD)))
  const countAfter = await originCount(client, origin)
  if (countAfter !== countBefore) {
    throw new Error(
      `${countAfter - countBefore} of ${urls} second requests reached the origin: these are no hits`,
    )
  }
}

/** How many requests for objects the origin has had. */
export async function originCount(client: Client, origin: string): Promise<number> {
  return Number((await client.get(`${origin}/count`)).body.toString())
}

function demand(path: string, { status, body }: Fetched): void {
  const right = Buffer.alloc(1024, `${path} `)
  if (status !== 200) throw new Error(`${path}: status ${status} instead of 200`)
  if (!body.equals(right)) throw new Error(`${path}: the body is not the origin's`)
}

/** Twenty at a time. */
async function eachOf(paths: readonly string[], ask: (path: string) => Promise<void>): Promise<void> {
  const rest = paths.values()
  const worker = async (): Promise<void> => {
    for (const path of rest) await ask(path)
  }
  await Promise.all(Array.from({ length: 20 }, worker))
}
