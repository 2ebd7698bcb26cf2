/**
 * The table of counters: every name, help text and label that Lacquer counts under, declared once.
 * `recorder.ts` keeps the numbers in plain slots; `admin/` hands them to prom-client at scrape time.
 */
import { ADMIN_REFUSALS } from './admin-refusals.ts'
import { ORIGIN_FAILURES } from './origin-failure.ts'
import { REFUSAL_REASONS } from './refusals.ts'

/** What became of a request, as people ask for it. Exactly one per request. */
export const OUTCOMES = [
  'hit', // served fresh from the store
  'stale', // served stale from the store: grace, stale-if-error, max-stale
  'revalidated', // served from the store after the origin's 304
  'miss', // fetched, and storable
  'collapsed', // served from a fetch that another request had begun
  'pass', // fetched by decision of a policy, a method, or a hit-for-miss marker
  'pipe',
  'synth', // made by a policy
  'error', // the origin failed, or a hook did
  'refused', // malformed, or over a limit
  'gone', // the client left before there was an answer
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** What can be wrong with a policy's hook when it runs, as the log and a counter say it. */
export const HOOK_PROBLEMS = [
  'threw',
  'rejected', // its promise failed
  'timeout', // its promise took longer than `hookTimeout`
  'not-asynchronous', // it answered with a promise where none is waited for
  'illegal-verdict', // an answer that is no verdict, or none for this hook
  'unsendable-verdict', // a verdict for this hook whose status, fields, body or reason can't be sent
  'unstorable-lookup', // lookup() for a request that is no GET or HEAD, or has content
  'bad-tag', // a tag that is empty, or has control characters
] as const
export type HookProblem = (typeof HOOK_PROBLEMS)[number]

/** Why a stale stored response was served. */
export const STALE_REASONS = [
  'grace', // within grace or stale-while-revalidate, and refreshed in the background
  'client-allows-stale', // the request's max-stale
  'stale-if-error', // the origin was asked, and failed
  'breaker-open', // the origin was not asked: its breaker is open
  'sick', // the origin was not asked: it is known to be down
  'saint', // the origin was not asked: it is out for this response
  'failed-recently', // the origin was not asked: the fetch before has just failed
] as const
export type StaleReason = (typeof STALE_REASONS)[number]

/** Counters without route or origin; `label` names the one label with its bounded values. */
export const COUNTERS = {
  connections: { name: 'lacquer_connections_total', help: 'Client connections accepted.', label: null },
  connectionsRefused: {
    name: 'lacquer_connections_refused_total',
    help: 'Client connections closed at once, by reason.',
    label: { name: 'reason', values: ['limit', 'draining', 'address-limit', 'memory'] },
  },
  connectionsShed: {
    name: 'lacquer_connections_shed_total',
    help: 'Client connections closed to make room: idle ones for new ones or for memory, slow ones for memory.',
    label: {
      name: 'reason',
      values: ['idle-for-connections', 'idle-for-memory', 'slow-for-memory', 'slow-for-origin'],
    },
  },
  requestsRefused: {
    name: 'lacquer_requests_refused_total',
    help: 'Requests refused by the server, by reason.',
    label: { name: 'reason', values: REFUSAL_REASONS },
  },
  timeouts: {
    name: 'lacquer_client_timeouts_total',
    help: 'Client connections closed because a time limit ran out, by limit.',
    label: {
      name: 'limit',
      values: ['head', 'body', 'idle', 'send', 'request', 'body-rate', 'send-rate', 'half-closed'],
    },
  },
  collapsedWaits: {
    name: 'lacquer_collapsed_waits_total',
    help: 'Requests that waited for, or followed, a fetch begun by another one.',
    label: null,
  },
  backgroundFetches: {
    name: 'lacquer_background_fetches_total',
    help: 'Fetches that refreshed a stale stored response while it was served.',
    label: null,
  },
  staleServed: {
    name: 'lacquer_stale_served_total',
    help: 'Stale stored responses that were served, by the reason why.',
    label: { name: 'reason', values: STALE_REASONS },
  },
  saints: {
    name: 'lacquer_saint_total',
    help: 'Responses that a policy rejected, so that their origin was out for them for a while.',
    label: null,
  },
  saintHits: {
    name: 'lacquer_saint_hits_total',
    help: 'Fetches that did not go to their origin because it was out for what they were for.',
    label: null,
  },
  failedFetchHits: {
    name: 'lacquer_failed_fetch_hits_total',
    help: 'Times that no fetch was made since the one before had just failed, by what was given or left undone instead.',
    label: { name: 'instead', values: ['stale', 'error', 'refresh'] },
  },
  secondTries: {
    name: 'lacquer_second_tries_total',
    help: 'Fetches that one of those who had waited for a failed fetch made for all of them.',
    label: null,
  },
  policyReloads: {
    name: 'lacquer_policy_reloads_total',
    help: 'Times that policies were looked at to be loaded again, by result.',
    label: { name: 'result', values: ['loaded', 'unchanged', 'failed'] },
  },
  hookErrors: {
    name: 'lacquer_policy_hook_errors_total',
    help: 'Policy hooks that threw or returned what is not legal there, by hook.',
    label: {
      name: 'hook',
      values: [
        'recv',
        'hash',
        'hit',
        'miss',
        'pass',
        'pipe',
        'purge',
        'synth',
        'originRequest',
        'originResponse',
        'originError',
        'deliver',
      ],
    },
  },
  hookProblems: {
    name: 'lacquer_policy_hook_problems_total',
    help: 'Policy hooks that went wrong, by what was wrong.',
    label: { name: 'problem', values: HOOK_PROBLEMS },
  },
  policyWithdrawals: {
    name: 'lacquer_policy_withdrawals_total',
    help: 'Withdrawals by policies, by what was named: the target of a purge, a URL, a tag.',
    label: { name: 'what', values: ['purge', 'url', 'tag'] },
  },
  policyWithdrawn: {
    name: 'lacquer_policy_withdrawn_responses_total',
    help: 'Stored responses that withdrawals by policies removed or made stale; of tags that very many bear, their keys.',
    label: null,
  },
  unstored: {
    name: 'lacquer_responses_not_stored_total',
    help: 'Responses that the store did not take although they were storable, by reason.',
    label: { name: 'reason', values: ['too-large', 'no-room', 'too-many-vary-specs'] },
  },
  limitReached: {
    name: 'lacquer_limit_reached_total',
    help: 'Times that a limit turned something away, by limit.',
    label: {
      name: 'limit',
      values: [
        'waiters',
        'restarts',
        'retries',
        'origin-queue',
        'pipelined-bytes',
        'pipelined-requests',
        'variants',
        'in-flight',
        'withdrawals',
        'bans',
        'dry-runs',
        'memory',
        'failed-fetches',
        'saints',
      ],
    },
  },
  adminRefused: {
    name: 'lacquer_admin_refused_total',
    help: 'Calls of the control API that were refused, by reason.',
    label: { name: 'reason', values: ADMIN_REFUSALS },
  },
  purges: {
    name: 'lacquer_purges_total',
    help: 'Purges, by what they were of.',
    label: { name: 'kind', values: ['url', 'tag', 'host', 'prefix', 'all'] },
  },
  bans: {
    name: 'lacquer_bans_total',
    help: 'Bans given: added, merged with an equal one, or refused because there were too many.',
    label: { name: 'result', values: ['added', 'merged', 'refused'] },
  },
  withdrawn: {
    name: 'lacquer_withdrawn_responses_total',
    help: 'Stored responses removed or made stale because they were withdrawn, by what withdrew them; an unsafe request does it by url.',
    label: { name: 'by', values: ['url', 'tag', 'host', 'prefix', 'all', 'ban'] },
  },
  lurkerExamined: {
    name: 'lacquer_lurker_examined_total',
    help: 'Keys of stored responses that the lurker has looked at for purges and bans.',
    label: null,
  },
  logLinesDropped: {
    name: 'lacquer_log_lines_dropped_total',
    help: 'Log lines dropped because the reader of the log was too slow, by log.',
    label: { name: 'log', values: ['access', 'operational'] },
  },
  eventsWithheld: {
    name: 'lacquer_log_events_withheld_total',
    help: 'Warnings and errors that were counted in the log of operations instead of written, because there were many of the same name.',
    label: null,
  },
  bytesIn: { name: 'lacquer_received_bytes_total', help: 'Bytes received from clients.', label: null },
  bytesOut: { name: 'lacquer_sent_bytes_total', help: 'Bytes sent to clients.', label: null },
} as const satisfies Record<string, CounterDeclaration>

export interface CounterDeclaration {
  readonly name: string
  readonly help: string
  readonly label: { readonly name: string; readonly values: readonly string[] } | null
}

export type CounterId = keyof typeof COUNTERS
export type LabelOf<Id extends CounterId> = (typeof COUNTERS)[Id]['label'] extends {
  readonly values: readonly (infer Value)[]
}
  ? Value
  : undefined

/** Results of an origin fetch, as labels: a status class, or why there was none. */
export const FETCH_RESULTS = ['1xx', '2xx', '3xx', '4xx', '5xx', ...ORIGIN_FAILURES] as const
export type FetchResult = (typeof FETCH_RESULTS)[number]

/** Upper bounds of the latency histograms' buckets, milliseconds. */
export const LATENCY_BUCKETS_MS = [
  1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
] as const
