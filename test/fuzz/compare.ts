/**
 * Whether another reader reads as we do what we accepted: the same requests in the same order, method, target, fields and
 * body. What we refused, others may take. Where a reader is known to be narrower than RFC 9112, comparing ends there.
 */
import { METHODS } from 'node:http'
import type { SeenRequest } from './mill.ts'
import type { NodeReading } from './node-reader.ts'

const KNOWN_METHODS = new Set(METHODS)

/** Null where llhttp agrees. It knows a list of methods and no others, and reads nothing behind an offer to upgrade. */
export function nodeDisagrees(ours: readonly SeenRequest[], theirs: NodeReading): string | null {
  const known = takeWhile(ours, (request) => request.complete && KNOWN_METHODS.has(request.method))
  const upgrade = known.findIndex((request) => request.fields.some(([name]) => name === 'upgrade'))
  return disagreement('llhttp', upgrade === -1 ? known : known.slice(0, upgrade + 1), theirs)
}

/**
 * Null where h11 agrees. It closes behind each HTTP/1.0 request, takes no empty line in front of a request (RFC 9112 §2.2
 * would have it overlooked), and knows HTTP/1.1 targets and methods as we do.
 */
export function h11Disagrees(
  ours: readonly SeenRequest[],
  theirs: NodeReading,
  stream: string,
): string | null {
  const complete = takeWhile(ours, (request) => request.complete)
  const first10 = complete.findIndex((request) => request.minorVersion === 0)
  const known = first10 === -1 ? complete : complete.slice(0, first10 + 1)
  if (/no request line received|illegal request line/.test(theirs.error) && hasEmptyLine(stream)) {
    return disagreement('h11', known.slice(0, theirs.requests.length), theirs)
  }
  return disagreement('h11', known, theirs)
}

/** An empty line where a request could begin. */
const hasEmptyLine = (stream: string): boolean => /^\r\n|\r\n[^ \r\n]+ [^ ]+ HTTP\/1/.test(stream)

function disagreement(who: string, ours: readonly SeenRequest[], theirs: NodeReading): string | null {
  for (const [n, request] of ours.entries()) {
    const other = theirs.requests[n]
    if (other === undefined) return `${who} has no request ${n}: ${theirs.error}`
    const why = difference(request, other)
    if (why !== null) return `${who} reads request ${n} otherwise: ${why}; ${theirs.error}`
  }
  return null
}

function difference(ours: SeenRequest, theirs: SeenRequest): string | null {
  if (ours.method !== theirs.method) return `method ${theirs.method}`
  if (ours.target !== pathOf(theirs)) return `target ${theirs.target}`
  if (ours.minorVersion !== theirs.minorVersion) return `version 1.${theirs.minorVersion}`
  if (!theirs.complete) return 'it is not complete'
  if (ours.body !== theirs.body) return `body ${JSON.stringify(theirs.body)}`
  const [a, b] = [linesOf(ours), linesOf(theirs)]
  return a === b ? null : `fields ${b} for ${a}`
}

const linesOf = (request: SeenRequest): string =>
  JSON.stringify(request.fields.map(([name, value]) => [name, name === CODING ? value.toLowerCase() : value]))

/** h11 writes its value in lower case. */
const CODING = 'transfer-encoding'

/** Of an absolute-form target what an origin is asked for (RFC 9112 §3.2.2). */
function pathOf({ method, target }: SeenRequest): string {
  const rest = /^https?:\/\/[^/?]*(.*)$/i.exec(target)?.[1]
  if (rest === undefined) return target
  if (rest === '') return method === 'OPTIONS' ? '*' : '/'
  return rest.startsWith('?') ? `/${rest}` : rest
}

function takeWhile<T>(list: readonly T[], is: (item: T) => boolean): readonly T[] {
  const end = list.findIndex((item) => !is(item))
  return end === -1 ? list : list.slice(0, end)
}
