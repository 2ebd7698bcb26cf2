/** `lacquer show URL`: what is stored for one URL. */
import type { Command } from 'commander'
import { addControlOptions, type ControlOptions } from '../control-options.ts'
import { plainText, roughly, writeLines } from '../plain-text.ts'

export function addShowCommand(program: Command): void {
  addControlOptions(program.command('show'))
    .argument('<url>', 'http://host/path as clients ask for it, or a path alone for the edge itself')
    .description(
      'Show what is stored for a URL: every variant, how old, how long still, its tags and its head.',
    )
    .action(async (url: string, options: ControlOptions) => {
      const { callEdge, printJson } = await import('../control-client.ts')
      const { SHOW_ANSWER } = await import('../../admin/response-operations.ts')
      const call = { method: 'GET', path: '/v1/responses/show', query: { url } } as const
      const answer = await callEdge(options, call, SHOW_ANSWER)
      if (options.json === true) {
        printJson(answer)
        return
      }
      writeLines(answer.responses.flatMap((response, i) => [...(i === 0 ? [] : ['']), ...linesOf(response)]))
      if (answer.more) process.stderr.write('lacquer: there are more variants than are shown\n')
    })
}

interface Shown {
  readonly key: string
  readonly url: string
  readonly status: number
  readonly state: string
  readonly ageMs: number
  readonly ttlMs: number
  readonly lifetimeMs: number
  readonly graceMs: number
  readonly staleIfErrorMs: number
  readonly keepMs: number
  readonly bodyBytes: number
  readonly hits: number
  readonly tags: readonly string[]
  readonly flags: readonly string[]
  readonly variant: Readonly<Record<string, string | null>>
  readonly head: readonly { readonly name: string; readonly value: string }[]
}

function linesOf(shown: Shown): string[] {
  const { ttlMs } = shown
  const left = ttlMs >= 0 ? `fresh for ${roughly(ttlMs)} more` : `stale for ${roughly(-ttlMs)}`
  const row = (name: string, value: string): string[] =>
    value === '' ? [] : [`  ${name.padEnd(9)} ${plainText(value)}`]
  const variant = Object.entries(shown.variant).map(([name, value]) => `${name}: ${value ?? '(absent)'}`)
  return [
    plainText(shown.url),
    ...row('state', `${shown.state}, ${shown.status}, ${shown.bodyBytes} bytes, ${shown.hits} hits`),
    ...row('age', `${roughly(shown.ageMs)}, ${left}`),
    ...row(
      'kept',
      `ttl ${roughly(shown.lifetimeMs)}, grace ${roughly(shown.graceMs)}, keep ${roughly(shown.keepMs)}, stale-if-error ${roughly(shown.staleIfErrorMs)}`,
    ),
    ...row('key', shown.key === shown.url ? '' : shown.key),
    ...row('variant', variant.join('; ')),
    ...row('tags', shown.tags.join(' ')),
    ...row('flags', shown.flags.join(' ')),
    ...shown.head.map(({ name, value }) => `    ${name}: ${plainText(value)}`),
  ]
}
