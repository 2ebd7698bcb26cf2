/** Requests and responses for tests of helpers, with the engine's own view of header fields. */
import { CopyOnWrite, HeadersView } from '../../../src/engine/headers-view.ts'
import { Fields } from '../../../src/http/fields.ts'
import type { Headers } from '../../../src/policy/views.ts'

export function headersOf(...lines: readonly (readonly [string, string])[]): Headers {
  return new HeadersView(CopyOnWrite.owning(Fields.of(...lines)), { assertWritable: () => undefined })
}

/** A message with these field lines. */
export function message(...lines: readonly (readonly [string, string])[]): { readonly headers: Headers } {
  return { headers: headersOf(...lines) }
}

/** A request for `url`, as redirects look at it. */
export function asked(
  url: string,
  init: { method?: string; scheme?: 'http' | 'https'; host?: string } = {},
): {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly url: string
  readonly path: string
  readonly query: string
} {
  const mark = url.indexOf('?')
  return {
    method: init.method ?? 'GET',
    scheme: init.scheme ?? 'http',
    host: init.host ?? 'example.com',
    url,
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? '' : url.slice(mark + 1),
  }
}
