/** Programs of the bench's own that show how little a hit, or a pass, could cost on this runtime. */
import { fileURLToPath } from 'node:url'
import { processTree, SERVER_CORE, start } from '../process.ts'
import type { Subject } from './subject.ts'

/** A loop on `node:net` that parses nothing. */
export const bare = floor('bare', 'bare.ts', 'a node:net loop with a fixed answer')

/** A plain proxy on `node:http` and undici. */
export const floorProxy = floor('floor-proxy', 'proxy.ts', 'a node:http and undici proxy')

function floor(name: string, program: string, what: string): Subject {
  const script = fileURLToPath(new URL(`../programs/${program}`, import.meta.url))
  return {
    name,
    version: () => `${what} on Node ${process.versions.node}`,
    async start(origin) {
      const { running, match } = await start(SERVER_CORE, [process.execPath, script, origin], /^http:\S+$/)
      return {
        url: match[0],
        admin: null,
        pids: () => processTree(running.pid),
        counts: () => Promise.resolve(null),
        async stop() {
          await running.stop()
        },
      }
    },
  }
}
