/** Header fields as a test writes them, and as it reads them. */
import { CopyOnWrite, HeadersView } from '../engine/headers-view.ts'
import { Fields, type ReadonlyFields } from '../http/fields.ts'
import type { ReadonlyHeaders } from '../policy/views.ts'

/** `{ cookie: 'a=1', accept: ['text/html', 'text/plain'] }`: a list is several lines of one name. */
export type TestHeaders = Readonly<Record<string, string | readonly string[]>>

export function fieldsOf(headers: TestHeaders): Fields {
  const fields = new Fields()
  for (const [name, values] of Object.entries(headers)) {
    for (const value of typeof values === 'string' ? [values] : values)
      fields.append(name.toLowerCase(), value)
  }
  return fields
}

/** Names may be asked for in any case. */
export function viewOf(fields: ReadonlyFields): ReadonlyHeaders {
  return new HeadersView(new CopyOnWrite(fields), READ_ONLY)
}

const READ_ONLY = {
  assertWritable(): void {
    throw new TypeError('what was sent already can not be changed')
  },
}
