/**
 * The heads of answers to Range: 206 with one part (RFC 9110 §15.3.7.1) or several (§15.3.7.2), and 416 (§15.5.17).
 *
 * All fields of the 200 stay, also where If-Range lets them be left out: a client that has them gets them again.
 */
import { Fields, type ReadonlyFields } from './fields.ts'
import { writeContentRange, type ByteRange } from './range.ts'

/** What describes the content of the 200 rather than its representation, and so is not true of a part. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set([
  'content-length',
  'content-range',
  'content-digest',
  'content-md5',
])

/** What a 416 doesn't take over: it is no such representation, and may not be reused as one. */
const OF_THE_REPRESENTATION: ReadonlySet<string> = new Set([
  ...OF_THE_WHOLE,
  'accept-ranges',
  'cache-control',
  'cdn-cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'digest',
  'etag',
  'expires',
  'lacquer-cache-control',
  'last-modified',
  'link',
  'repr-digest',
  'set-cookie',
])

/** The fields of a 206 with one part, from those of the 200. */
export function partialFields(whole: ReadonlyFields, range: ByteRange, completeBytes: number): Fields {
  const fields = without(whole, OF_THE_WHOLE)
  fields.append('content-range', writeContentRange(range, completeBytes))
  return fields
}

/** The fields of a 206 with several parts. Content-Range is in the parts and must not be here. */
export function multipartFields(whole: ReadonlyFields, boundary: string): Fields {
  const fields = without(whole, OF_THE_WHOLE)
  fields.set('content-type', `multipart/byteranges; boundary=${boundary}`)
  return fields
}

/** What goes before each part (§14.6, RFC 2046 §5.1.1), and, last, behind all. */
export function multipartTexts(
  whole: ReadonlyFields,
  ranges: readonly ByteRange[],
  completeBytes: number,
  boundary: string,
): string[] {
  const type = whole.get('content-type')
  const typeLine = type === undefined ? '' : `Content-Type: ${type}\r\n`
  const texts = ranges.map((range, i) => {
    const delimiter = `${i === 0 ? '' : '\r\n'}--${boundary}\r\n`
    return `${delimiter}${typeLine}Content-Range: ${writeContentRange(range, completeBytes)}\r\n\r\n`
  })
  return [...texts, `\r\n--${boundary}--\r\n`]
}

/** The fields of a 416. */
export function unsatisfiableFields(whole: ReadonlyFields, completeBytes: number): Fields {
  const fields = without(whole, OF_THE_REPRESENTATION)
  fields.append('content-range', `bytes */${completeBytes}`)
  fields.append('content-type', 'text/plain; charset=utf-8')
  return fields
}

function without(source: ReadonlyFields, names: ReadonlySet<string>): Fields {
  const fields = new Fields()
  for (let i = 0; i < source.size; i++) {
    if (!names.has(source.nameAt(i))) fields.append(source.nameAt(i), source.valueAt(i))
  }
  return fields
}
