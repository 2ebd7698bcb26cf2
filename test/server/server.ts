/** A listener on loopback for one test, with a scripted handler, stopped when the test is over. */
import type { TestContext } from 'node:test'
import { Recorder } from '../../src/observe/recorder.ts'
import { Listener } from '../../src/server/listener.ts'
import type { ServerOptions } from '../../src/server/options.ts'
import { RawClient } from './raw-client.ts'
import { ScriptedHandler, type Script } from './scripted-handler.ts'

export const READ_MODES = ['reused-buffer', 'data-events'] as const

export interface TestServer {
  readonly handler: ScriptedHandler
  readonly listener: Listener
  readonly recorder: Recorder
  readonly port: number
  connect(): Promise<RawClient>
  /** Resolves when the condition holds; asked at each turn of the event loop. */
  until(condition: () => boolean): Promise<void>
}

export async function serve(
  t: TestContext,
  options: Partial<ServerOptions> = {},
  script?: Script,
): Promise<TestServer> {
  const handler = new ScriptedHandler(script)
  const recorder = new Recorder()
  const listener = new Listener({ reads: 'reused-buffer', recorder, ...options }, handler)
  const { port } = await listener.listen('127.0.0.1', 0)
  const clients: RawClient[] = []
  t.after(async () => {
    for (const client of clients) client.close()
    await listener.close()
  })
  return {
    handler,
    listener,
    recorder,
    port,
    async connect() {
      const client = await RawClient.open(port)
      clients.push(client)
      return client
    },
    until,
  }
}

/** Turns of the event loop after which a condition counts as never coming true. */
const MAX_TURNS = 200_000

export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn === MAX_TURNS) throw new Error(`not so after ${MAX_TURNS} turns: ${condition.toString()}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
