/**
 * What belongs to one connection only and is neither forwarded nor stored (RFC 9110 §7.6.1, RFC 9111 §3.1): Connection,
 * what it nominates, and a list of fields that are hop-by-hop whether or not Connection says so.
 *
 * A sender must not nominate a field meant for all recipients (§7.6.1). One that does so anyway is trying to make us drop
 * what frames, routes, authenticates or governs caching: those stay. Never throws.
 */
import { Fields, type ReadonlyFields } from './fields.ts'
import { asciiLower, listMembers } from './tokens.ts'

/** The end-to-end fields, in order, in a new list. */
export function endToEnd(fields: ReadonlyFields): Fields {
  const connection = fields.get('connection')
  const nominated = connection === undefined || namesNothing(connection) ? null : nominatedNames(connection)
  const lines = fields.lines()
  let kept = 0
  for (let at = 0; at < lines.length; at += 2) {
    const name = lines[at]!
    if (HOP_BY_HOP.has(name) || nominated?.has(name) === true) continue
    lines[kept] = name
    lines[kept + 1] = lines[at + 1]!
    kept += 2
  }
  lines.length = kept
  return new Fields(lines)
}

/**
 * The fields less those that Connection nominates: the same list where there are none, as nearly always. What is nominated must
 * not select a variant either, since the origin never sees it. Hot.
 */
export function withoutNominated(fields: ReadonlyFields): ReadonlyFields {
  const connection = fields.get('connection')
  if (connection === undefined || namesNothing(connection)) return fields
  const nominated = nominatedNames(connection)
  const isNominated = (name: string): boolean => nominated.has(name) && !HOP_BY_HOP.has(name)
  const kept = new Fields()
  for (let i = 0; i < fields.size; i++) {
    if (!isNominated(fields.nameAt(i))) kept.append(fields.nameAt(i), fields.valueAt(i))
  }
  return kept.size === fields.size ? fields : kept
}

/** What Connection says nearly always. */
const namesNothing = (connection: string): boolean => connection === 'keep-alive' || connection === 'close'

/** Names of fields that are dropped always. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The fields that a Connection value takes with it. */
function nominatedNames(connection: string): Set<string> {
  const names = new Set<string>()
  for (const member of listMembers(connection)) {
    const name = asciiLower(member)
    if (!isForEverybody(name)) names.add(name)
  }
  return names
}

function isForEverybody(name: string): boolean {
  return FOR_EVERYBODY.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix))
}

const PREFIXES = ['x-forwarded-', 'content-', 'if-', 'access-control-', 'sec-fetch-', 'cf-']

const FOR_EVERYBODY: ReadonlySet<string> = new Set([
  // Routing and forwarding.
  ...['host', 'forwarded', 'via', 'x-real-ip', 'x-client-ip', 'true-client-ip', 'cdn-loop', 'max-forwards'],
  ...['location', 'origin', 'referer', 'expect'],
  // Authentication and cookies.
  ...['authorization', 'www-authenticate', 'authentication-info', 'cookie', 'set-cookie'],
  // Caching.
  ...[
    'age',
    'cache-control',
    'cache-status',
    'cdn-cache-control',
    'date',
    'etag',
    'expires',
    'last-modified',
  ],
  ...[
    'lacquer-cache-control',
    'pragma',
    'surrogate-control',
    'surrogate-key',
    'vary',
    'range',
    'accept-ranges',
  ],
  ...['strict-transport-security'],
])
