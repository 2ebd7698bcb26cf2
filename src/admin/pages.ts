/** The pages that are there besides the operations: plain texts for Prometheus, for whoever sends clients here, and for people. */
import { Metrics } from './metrics.ts'
import type { Operation } from './operation.ts'

/** An answer, ready to be sent. */
export interface Page {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface PageDescription {
  readonly path: string
  readonly id: string
  readonly summary: string
  readonly type: string
  readonly answers: Readonly<Record<number, string>>
}

const TEXT = 'text/plain; charset=utf-8'

export const PAGES = [
  {
    path: '/',
    id: 'frontPage',
    summary: 'What there is on this listener.',
    type: TEXT,
    answers: { 200: 'The list.' },
  },
  {
    path: '/metrics',
    id: 'metrics',
    summary: 'Metrics in the text format of Prometheus.',
    type: Metrics.contentType,
    answers: { 200: 'The metrics.' },
  },
  {
    path: '/healthz',
    id: 'healthz',
    summary: 'Whether the process is alive.',
    type: TEXT,
    answers: { 200: 'It is.' },
  },
  {
    path: '/readyz',
    id: 'readyz',
    summary: 'Whether clients should be sent here.',
    type: TEXT,
    answers: { 200: 'They should.', 503: 'They should not; the text says why: starting or draining.' },
  },
] as const satisfies readonly PageDescription[]

export type PagePath = (typeof PAGES)[number]['path']

export interface PageSources {
  readonly metrics: Metrics
  /** Why clients should not be sent here just now (`starting`, `draining`); null where they should. */
  readonly notReady: () => string | null
  readonly operations: readonly Operation[]
}

export function pagePath(path: string): PagePath | null {
  return PAGES.find((page) => page.path === path)?.path ?? null
}

export async function pageOf(path: PagePath, sources: PageSources): Promise<Page> {
  switch (path) {
    case '/':
      return { status: 200, type: TEXT, body: frontPage(sources.operations) }
    case '/metrics':
      return { status: 200, type: Metrics.contentType, body: await sources.metrics.page() }
    case '/healthz':
      return line(200, 'ok')
    case '/readyz': {
      const reason = sources.notReady()
      return reason === null ? line(200, 'ready') : line(503, reason)
    }
  }
}

function frontPage(operations: readonly Operation[]): string {
  const rows = [
    ...PAGES.map(({ path, summary }) => ({ what: `GET ${path}`, summary })),
    ...operations.map(({ method, path, summary }) => ({ what: `${method} ${path}`, summary })),
  ]
  const width = Math.max(...rows.map(({ what }) => what.length)) + 2
  return [
    'The admin listener of Lacquer.',
    '',
    ...rows.map(({ what, summary }) => `${what.padEnd(width)}${summary}`),
    '',
  ].join('\n')
}

function line(status: number, text: string): Page {
  return { status, type: TEXT, body: `${text}\n` }
}
