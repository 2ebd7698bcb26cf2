/**
 * The table of parameters: everything that an operator may set, declared once.
 *
 * The option (`--head-timeout`), the environment variable (`LACQUER_HEAD_TIMEOUT`), the key of the configuration file
 * (`headTimeout`), help texts, bounds checks and `Settings` are all read from here. A bound that nobody may change is
 * in `limits.ts` instead.
 */
import type { Duration, Size } from './units.ts'

export type Parameter =
  | (Declared & {
      readonly kind: 'duration'
      readonly default: Duration
      readonly min: Duration
      readonly max: Duration
    })
  | (Declared & { readonly kind: 'size'; readonly default: Size; readonly min: Size; readonly max: Size })
  | (Declared & {
      readonly kind: 'count'
      readonly default: number
      readonly min: number
      readonly max: number
    })
  | (Declared & { readonly kind: 'choice'; readonly default: string; readonly choices: readonly string[] })
  | (Declared & { readonly kind: 'address' | 'path' | 'file' | 'token' | 'target'; readonly default: string })
  | (Declared & { readonly kind: 'hosts' | 'cidrs'; readonly default: readonly string[] })
  | (Declared & { readonly kind: 'origins'; readonly default: Readonly<Record<string, never>> })

interface Declared {
  readonly group: Group
  /** Whether it may be changed while the edge runs: `cli/settings-in-force.ts` has it take effect. */
  readonly runtime?: true
  /** One line for people; says what happens at the bound. */
  readonly doc: string
}

export const GROUPS = {
  where: 'Where',
  logs: 'Logs',
  clients: 'Limits towards clients',
  origins: 'Limits towards origins',
  caching: 'Caching',
  policies: 'Policies',
} as const
export type Group = keyof typeof GROUPS

export const PARAMETERS = {
  listen: {
    kind: 'address',
    default: '127.0.0.1:8080',
    group: 'where',
    doc: 'Where clients are served. The variable PORT=N means 0.0.0.0:N.',
  },
  admin: {
    kind: 'address',
    default: '127.0.0.1:9180',
    group: 'where',
    doc: 'Where operators look and steer: metrics, health, control API. Only on a loopback address can it be without a token.',
  },
  adminTokenFile: {
    kind: 'file',
    default: '',
    group: 'where',
    doc: 'File with the bearer token that calls of the control API must show; read again when it changes. The token itself may be in LACQUER_ADMIN_TOKEN instead.',
  },
  adminMetrics: {
    kind: 'choice',
    default: 'open',
    choices: ['open', 'token'],
    group: 'where',
    doc: 'Whether /metrics is open to everybody who reaches the admin listener, or wants the token as the control API does.',
  },
  origins: {
    kind: 'origins',
    default: {},
    group: 'where',
    doc: 'Where responses come from: URL, or NAME=URL. May be repeated; the one called default, or else the first, is used unless a policy names another. Without any, a demo origin is started.',
  },
  policies: {
    kind: 'path',
    default: './policies',
    group: 'where',
    doc: 'Policies: a folder, whose files but not subfolders are loaded, or one file.',
  },
  memory: {
    kind: 'size',
    default: '256MiB',
    min: '1MiB',
    max: '31GiB',
    group: 'where',
    doc: 'Memory for stored responses: heads, bodies, keys and overhead.',
  },
  hosts: {
    kind: 'hosts',
    default: [],
    group: 'where',
    doc: 'Host names that are ours in a request for an absolute URL; besides the address listened on, localhost, and the hosts that routes name.',
  },
  trustedProxies: {
    kind: 'cidrs',
    default: [],
    group: 'where',
    doc: 'Addresses or blocks of proxies in front of us whose X-Forwarded-* fields are believed.',
  },
  drainTimeout: {
    kind: 'duration',
    default: '30s',
    min: '0s',
    max: '1h',
    group: 'where',
    runtime: true,
    doc: 'How long requests in flight may take to finish after SIGTERM or SIGINT.',
  },

  accessLog: {
    kind: 'choice',
    default: 'json',
    choices: ['off', 'json', 'combined'],
    group: 'logs',
    doc: 'Form of the access log on standard output: JSON lines, NCSA combined and the cache outcome, or none.',
  },
  journalEntries: {
    kind: 'count',
    default: 512,
    min: 0,
    max: 100_000,
    group: 'logs',
    doc: 'How many transactions that were no plain hit are remembered for `lacquer explain --last`; 0 for none.',
  },

  headTimeout: {
    kind: 'duration',
    default: '10s',
    min: '100ms',
    max: '10m',
    group: 'clients',
    runtime: true,
    doc: 'How long a request head may take from its first byte; then 408.',
  },
  bodyTimeout: {
    kind: 'duration',
    default: '30s',
    min: '100ms',
    max: '1h',
    group: 'clients',
    runtime: true,
    doc: 'How long a request body may pause; then 408.',
  },
  requestTimeout: {
    kind: 'duration',
    default: '1h',
    min: '1s',
    max: '7d',
    group: 'clients',
    runtime: true,
    doc: 'How long a whole request may take, from its head to the last byte of its body; then 408.',
  },
  minBodyRate: {
    kind: 'size',
    default: '500B',
    min: '0B',
    max: '1GiB',
    group: 'clients',
    runtime: true,
    doc: 'Bytes a second that a request body must come with, on average over each rateWindow; below it 408. 0B for any.',
  },
  minSendRate: {
    kind: 'size',
    default: '500B',
    min: '0B',
    max: '1GiB',
    group: 'clients',
    runtime: true,
    doc: 'Bytes a second that a client must take of a response that waits for it, on average over each rateWindow; below it the connection is closed. 0B for any.',
  },
  rateWindow: {
    kind: 'duration',
    default: '60s',
    min: '1s',
    max: '1h',
    group: 'clients',
    runtime: true,
    doc: 'Over how long minBodyRate and minSendRate are averaged.',
  },
  rateGrace: {
    kind: 'duration',
    default: '10s',
    min: '0s',
    max: '1h',
    group: 'clients',
    runtime: true,
    doc: 'How much longer the first rateWindow is.',
  },
  idleTimeout: {
    kind: 'duration',
    default: '60s',
    min: '100ms',
    max: '1h',
    group: 'clients',
    runtime: true,
    doc: 'How long a connection may wait for its next request; then it is closed.',
  },
  sendTimeout: {
    kind: 'duration',
    default: '60s',
    min: '100ms',
    max: '1h',
    group: 'clients',
    runtime: true,
    doc: 'How long a client may take nothing of a response; then the connection is closed.',
  },
  halfClosedTimeout: {
    kind: 'duration',
    default: '10s',
    min: '0s',
    max: '1h',
    group: 'clients',
    runtime: true,
    doc: 'How long a response may take to begin once the client has closed its side of the connection, and so may have left; then the connection is closed.',
  },
  linger: {
    kind: 'duration',
    default: '1s',
    min: '0s',
    max: '30s',
    group: 'clients',
    runtime: true,
    doc: 'How long a connection being closed after a refusal is read, unheeded, so that the client sees the response.',
  },
  maxHeadBytes: {
    kind: 'size',
    default: '32KiB',
    min: '1KiB',
    max: '1MiB',
    group: 'clients',
    runtime: true,
    doc: 'Largest request head; over it 431.',
  },
  maxTargetBytes: {
    kind: 'size',
    default: '8KiB',
    min: '128B',
    max: '64KiB',
    group: 'clients',
    runtime: true,
    doc: 'Longest request target; over it 414.',
  },
  maxFields: {
    kind: 'count',
    default: 100,
    min: 8,
    max: 4096,
    group: 'clients',
    runtime: true,
    doc: 'Most field lines in a request head; over it 431.',
  },
  maxRequestBody: {
    kind: 'size',
    default: '1GiB',
    min: '0B',
    max: '1TiB',
    group: 'clients',
    runtime: true,
    doc: 'Largest request body; over it 413.',
  },
  maxConnections: {
    kind: 'count',
    default: 20_000,
    min: 1,
    max: 1_000_000,
    group: 'clients',
    runtime: true,
    doc: 'Most client connections at a time. For one more an idle one is closed, or else the new one at once.',
  },
  maxConnectionsPerAddress: {
    kind: 'count',
    default: 1000,
    min: 1,
    max: 1_000_000,
    group: 'clients',
    doc: 'Most connections from one address, or from one /64 of IPv6; more are closed at once. Not for this machine itself, nor for trustedProxies.',
  },
  maxInFlightMemory: {
    kind: 'size',
    default: '128MiB',
    min: '1MiB',
    max: '31GiB',
    group: 'clients',
    doc: 'Memory for what is neither stored nor sent yet: pieces of requests, and of responses that clients are slow to take. From three quarters of it on, windows are small and idle connections are closed; over it, slow clients and new connections are, and what would need the origin gets 503. What is stored is served all the same.',
  },
  maxPipelinedBytes: {
    kind: 'size',
    default: '64KiB',
    min: '1KiB',
    max: '16MiB',
    group: 'clients',
    runtime: true,
    doc: 'Bytes of pipelined requests held while one is answered; beyond that the connection is not read.',
  },
  maxPipelinedRequests: {
    kind: 'count',
    default: 64,
    min: 1,
    max: 10_000,
    group: 'clients',
    runtime: true,
    doc: 'Most pipelined requests of one connection that are answered in one go; then the other connections have their turn.',
  },
  maxUnsentBytes: {
    kind: 'size',
    default: '256KiB',
    min: '16KiB',
    max: '1GiB',
    group: 'clients',
    runtime: true,
    doc: 'How much of a response that is not stored may wait for its client; beyond that the origin is not read.',
  },
  pipeTimeout: {
    kind: 'duration',
    default: '60s',
    min: '100ms',
    max: '1d',
    group: 'clients',
    runtime: true,
    doc: 'How long a piped connection (websocket and other upgrades) may be silent both ways; then it is closed.',
  },

  connectTimeout: {
    kind: 'duration',
    default: '3500ms',
    min: '100ms',
    max: '5m',
    group: 'origins',
    runtime: true,
    doc: 'How long connecting to an origin may take; then 504.',
  },
  firstByteTimeout: {
    kind: 'duration',
    default: '30s',
    min: '100ms',
    max: '1h',
    group: 'origins',
    runtime: true,
    doc: 'How long an origin may take from the request to the head of its response; then 504.',
  },
  betweenBytesTimeout: {
    kind: 'duration',
    default: '30s',
    min: '100ms',
    max: '1h',
    group: 'origins',
    runtime: true,
    doc: 'How long the body of a response may pause; then it counts as truncated.',
  },
  originQueueTimeout: {
    kind: 'duration',
    default: '10s',
    min: '0s',
    max: '5m',
    group: 'origins',
    runtime: true,
    doc: 'How long a fetch may wait for a connection to its origin to be free; then 503.',
  },
  originKeepAlive: {
    kind: 'duration',
    default: '30s',
    min: '0s',
    max: '1h',
    group: 'origins',
    runtime: true,
    doc: 'How long an idle connection to an origin is kept.',
  },
  maxOriginConnections: {
    kind: 'count',
    default: 256,
    min: 1,
    max: 65_000,
    group: 'origins',
    runtime: true,
    doc: 'Most connections to each origin; fetches beyond that wait.',
  },
  maxOriginQueue: {
    kind: 'count',
    default: 1024,
    min: 0,
    max: 1_000_000,
    group: 'origins',
    runtime: true,
    doc: 'Most fetches that wait for each origin; over it 503.',
  },
  maxOriginHeadBytes: {
    kind: 'size',
    default: '64KiB',
    min: '1KiB',
    max: '1MiB',
    group: 'origins',
    doc: 'Largest head of a response; over it 502.',
  },
  maxOriginFields: {
    kind: 'count',
    default: 256,
    min: 8,
    max: 4096,
    group: 'origins',
    doc: 'Most field lines in the head of a response; over it 502.',
  },
  originProbe: {
    kind: 'target',
    default: '',
    group: 'origins',
    doc: 'Path that every origin is asked for every 5s, to learn whether it is healthy: 3 of the latest 8 answers must be a 200 within 2s. More, and by origin, in the configuration file. Empty: none is asked.',
  },
  breakerFailures: {
    kind: 'count',
    default: 5,
    min: 0,
    max: 10_000,
    group: 'origins',
    runtime: true,
    doc: 'Failures in a row that open the breaker of an origin: its fetches are then refused at once, with 503 or something stale. 0: never.',
  },
  breakerCounts: {
    kind: 'choice',
    default: 'no-answer',
    choices: ['unreachable', 'no-answer', 'server-errors'],
    group: 'origins',
    runtime: true,
    doc: 'What is a failure for the breaker: that no connection comes about; besides, that no answer comes, or none that can be read; besides, an answer of 500, 502, 503 or 504.',
  },
  breakerOpen: {
    kind: 'duration',
    default: '1s',
    min: '10ms',
    max: '1h',
    group: 'origins',
    runtime: true,
    doc: 'How long a breaker stays open before one fetch may try the origin; twice as long each time that it fails.',
  },
  breakerMaxOpen: {
    kind: 'duration',
    default: '30s',
    min: '10ms',
    max: '1d',
    group: 'origins',
    runtime: true,
    doc: 'The longest that a breaker stays open before another try.',
  },

  maxStoredBytes: {
    kind: 'size',
    default: '16MiB',
    min: '1KiB',
    max: '1GiB',
    group: 'caching',
    doc: 'Largest response that is stored; larger ones are passed on as they arrive.',
  },
  maxVariants: {
    kind: 'count',
    default: 64,
    min: 1,
    max: 10_000,
    group: 'caching',
    doc: 'Most variants (Vary) under one cache key; beyond that the oldest is removed.',
  },
  grace: {
    kind: 'duration',
    default: '0s',
    min: '0s',
    max: '365d',
    group: 'caching',
    runtime: true,
    doc: 'How long past its lifetime a response is served while it is fetched anew in the background, where neither its stale-while-revalidate nor a policy says otherwise. Nothing is served stale without permission (RFC 9111 §4.2.4); Varnish has 10s here.',
  },
  keep: {
    kind: 'duration',
    default: '60s',
    min: '0s',
    max: '365d',
    group: 'caching',
    runtime: true,
    doc: 'How long past lifetime and grace a response that can be validated is kept for validation, where no policy says otherwise.',
  },
  saint: {
    kind: 'duration',
    default: '10s',
    min: '0s',
    max: '1d',
    group: 'caching',
    runtime: true,
    doc: 'How long an origin is out for a response that a policy has rejected with retry() (saint mode), where the verdict says nothing else.',
  },
  failedFetch: {
    kind: 'duration',
    default: '1s',
    min: '0s',
    max: '1m',
    group: 'caching',
    runtime: true,
    doc: 'How long it is remembered that a fetch has failed: requests for the same get something stale, or the same error, without another fetch. Reloads try again.',
  },
  hitForMiss: {
    kind: 'duration',
    default: '120s',
    min: '0s',
    max: '1d',
    group: 'caching',
    runtime: true,
    doc: 'How long requests for a response that turned out not to be storable are not collapsed.',
  },
  rangeMisses: {
    kind: 'choice',
    default: 'whole',
    choices: ['whole', 'pass'],
    group: 'caching',
    runtime: true,
    doc: 'What a request for a range fetches where nothing is stored: the whole, which then answers others too, or the range alone.',
  },
  clientReload: {
    kind: 'choice',
    default: 'all',
    choices: ['all', 'trusted', 'none'],
    group: 'caching',
    runtime: true,
    doc: "Whose no-cache, max-age and min-fresh are heeded: everybody's, those of trusted proxies, or nobody's. They can't empty the cache, since reloads of one response are collapsed and cost the origin one fetch at a time, and people who reload expect what is new, as RFC 9111 has it: so everybody's.",
  },
  maxWaiters: {
    kind: 'count',
    default: 10_000,
    min: 0,
    max: 1_000_000,
    group: 'caching',
    runtime: true,
    doc: 'Most requests that wait for one fetch; over it 503.',
  },
  maxRestarts: {
    kind: 'count',
    default: 4,
    min: 0,
    max: 100,
    group: 'caching',
    runtime: true,
    doc: 'Most restarts of one request by its policy; over it 503.',
  },
  maxRetries: {
    kind: 'count',
    default: 4,
    min: 0,
    max: 100,
    group: 'caching',
    runtime: true,
    doc: 'Most retries of one fetch by its policy; over it 503.',
  },
  cacheStatusKey: {
    kind: 'choice',
    default: 'off',
    choices: ['off', 'on'],
    group: 'caching',
    runtime: true,
    doc: 'Whether Cache-Status shows the cache key. Off, since a key made by a policy may tell what clients should not know.',
  },
  tagFields: {
    kind: 'choice',
    default: 'consume',
    choices: ['consume', 'forward'],
    group: 'caching',
    doc: 'Whether Surrogate-Key, Cache-Tag and xkey of a response are kept from clients, or forwarded, as another cache in front may want.',
  },
  maxBans: {
    kind: 'count',
    default: 2000,
    min: 1,
    max: 100_000,
    group: 'caching',
    doc: 'Bans in force at a time, purges by host and prefix among them until they are worked off; further ones are refused.',
  },
  noVarySearch: {
    kind: 'choice',
    default: 'off',
    choices: ['off', 'on'],
    group: 'caching',
    doc: 'Experimental: whether the No-Vary-Search of a response lets it answer requests whose query differs in what it names.',
  },
  viaName: {
    kind: 'token',
    default: 'lacquer',
    group: 'caching',
    doc: 'What we call ourselves in Via; two edges in a row had better differ.',
  },
  cacheName: {
    kind: 'token',
    default: 'lacquer',
    group: 'caching',
    doc: 'What we call ourselves in Cache-Status; two edges in a row had better differ.',
  },

  policyWatch: {
    kind: 'choice',
    default: 'on',
    choices: ['on', 'off'],
    group: 'policies',
    doc: 'Whether policies are loaded again when their files change. Off, they are on SIGHUP and by `lacquer policy reload`.',
  },
  policyTypes: {
    kind: 'choice',
    default: 'on',
    choices: ['on', 'off'],
    group: 'policies',
    doc: 'Whether a change of policies must type-check to be loaded. It is checked beside the thread that serves, and takes some 200 MB while policies are being worked on.',
  },
  policyVersions: {
    kind: 'count',
    default: 10,
    min: 2,
    max: 100,
    group: 'policies',
    doc: 'Versions of the policies that are kept to go back to, the one in force among them; the oldest goes first.',
  },
  hookTimeout: {
    kind: 'duration',
    default: '5s',
    min: '10ms',
    max: '5m',
    group: 'policies',
    runtime: true,
    doc: 'How long an asynchronous policy hook may take; then 503.',
  },
} as const satisfies Record<string, Parameter>

export type ParameterName = keyof typeof PARAMETERS

export const PARAMETER_NAMES = Object.keys(PARAMETERS) as ParameterName[]

/** The name of its option without the dashes: `head-timeout`. Origins are given one at a time, hence `--origin`. */
export function optionName(name: ParameterName): string {
  return name === 'origins' ? 'origin' : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The name of its environment variable: `LACQUER_HEAD_TIMEOUT`. */
export function variableName(name: ParameterName): string {
  return `LACQUER_${optionName(name).replaceAll('-', '_').toUpperCase()}`
}

/** The table entry by the general type, for those who switch on its kind. */
export function parameter(name: ParameterName): Parameter {
  return PARAMETERS[name]
}
