/** Which Lacquer runs here, and since when. */
import { z } from 'zod'
import { operation, type Operation } from './operation.ts'

export const VERSION = z.object({
  version: z.string(),
  node: z.string(),
  pid: z.number(),
  /** Whole seconds since it began to serve. */
  upSeconds: z.number(),
})

export function versionOperations(version: string, upMs: () => number): Operation[] {
  return [
    operation({
      id: 'version',
      method: 'GET',
      path: '/v1/version',
      summary: 'Which version runs here, on which Node, and since when.',
      answers: { 200: { description: 'The version.', schema: VERSION } },
      handle: () => ({
        status: 200,
        body: {
          version,
          node: process.version,
          pid: process.pid,
          upSeconds: Math.floor(upMs() / 1000),
        } satisfies z.infer<typeof VERSION>,
      }),
    }),
  ]
}
