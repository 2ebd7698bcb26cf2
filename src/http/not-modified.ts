/** The head of a 304 of our own (RFC 9110 §15.4.5). Never throws. */
import { Fields, type ReadonlyFields } from './fields.ts'
import { encodeLine, statusLine } from './head.ts'

/** Metadata of the representation, which a 304 SHOULD NOT carry (RFC 9110 §15.4.5): its recipient has it. */
const REPRESENTATION_METADATA: ReadonlySet<string> = new Set([
  'content-digest',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-range',
  'content-type',
  'digest',
  'repr-digest',
])

/**
 * The fields of a 304 made from a stored response: among them the ones it must carry, Cache-Control, Content-Location, Date, ETag,
 * Expires and Vary, and all others but metadata of the representation. Last-Modified only where there is no ETag.
 */
export function notModifiedFields(stored: ReadonlyFields): Fields {
  const fields = new Fields()
  const hasEtag = stored.has('etag')
  for (let i = 0; i < stored.size; i++) {
    const name = stored.nameAt(i)
    if (!isLeftOut(name, hasEtag)) fields.append(name, stored.valueAt(i))
  }
  return fields
}

/** The first characters of their names: most lines need no other look. */
const FIRST_LETTERS: ReadonlySet<number> = new Set(
  ['last-modified', ...REPRESENTATION_METADATA].map((name) => name.charCodeAt(0)),
)

/** Encoded field lines, those that a 304 has, too, in front. */
export interface DividedLines {
  readonly lines: string
  /** How many bytes of them that are. */
  readonly notModifiedBytes: number
}

/**
 * The same, hot: the lines of a head in an order in which its 304 can be cut out of it in one piece. Lines of one name stay in their
 * order, which alone means something (RFC 9110 §5.3). `skip`: lower-case names of fields to leave out.
 */
export function divideLines(fields: ReadonlyFields, skip: ReadonlySet<string>): DividedLines {
  const hasEtag = fields.has('etag')
  let shared = ''
  let others = ''
  for (let i = 0; i < fields.size; i++) {
    const name = fields.nameAt(i)
    if (skip.has(name)) continue
    const line = encodeLine(name, fields.valueAt(i))
    if (isLeftOut(name, hasEtag)) others += line
    else shared += line
  }
  return { lines: shared + others, notModifiedBytes: shared.length }
}

/** A head to be stored. */
export interface DividedHead {
  /** As `head.ts` encodes it. */
  readonly head: string
  /** How many bytes behind its status line a 304 has, too. */
  readonly notModifiedBytes: number
}

export function divideHead(status: number, fields: ReadonlyFields): DividedHead {
  const { lines, notModifiedBytes } = divideLines(fields, NONE)
  return { head: statusLine(status) + lines, notModifiedBytes }
}

const NONE: ReadonlySet<string> = new Set()

/** Whether a field of this name is not in a 304, or decides what is. */
export function concernsNotModified(name: string): boolean {
  return name === 'etag' || isLeftOut(name, true)
}

/** Whether a 304 goes without the field. */
function isLeftOut(name: string, hasEtag: boolean): boolean {
  if (!FIRST_LETTERS.has(name.charCodeAt(0))) return false
  return name === 'last-modified' ? hasEtag : REPRESENTATION_METADATA.has(name)
}
