/**
 * What undici is told to send: request line, fields and framing, all from what was understood, nothing copied blindly.
 * undici writes Host first, then Connection (and Upgrade where asked for), then these, then the framing of the body.
 */
import type { Dispatcher } from 'undici'
import { HOP_BY_HOP } from '../http/hop-by-hop.ts'
import type { OriginRequest } from './origin.ts'

export function dispatchOptions(request: OriginRequest): Dispatcher.DispatchOptions {
  const { method, target, body, bodyBytes, upgrade } = request
  const plain = body === null && upgrade === null
  const headers = fieldLines(request)
  if (body !== null && bodyBytes !== null) headers.push('content-length', String(bodyBytes))
  return {
    method,
    path: target,
    headers,
    body,
    upgrade,
    blocking: false,
    // Said for requests without body, so that undici keeps the connection behind a HEAD too: the witness sees to it that
    // no body of its response is ever read as another response.
    ...(plain ? { reset: false } : null),
  }
}

/** Name and value in turn. */
function fieldLines({ fields }: OriginRequest): string[] {
  const lines: string[] = []
  for (let i = 0; i < fields.size; i++) {
    const name = fields.nameAt(i)
    // Framing is made here, and an Expect has been answered before there was a fetch.
    if (name === 'content-length' || name === 'expect' || HOP_BY_HOP.has(name)) continue
    lines.push(name, fields.valueAt(i))
  }
  return lines
}

/** Whether the connection may serve another request after this one. undici closes behind the others; the pool must know. */
export function mayStayOpen({ method, body, upgrade }: OriginRequest): boolean {
  // An origin may misread a body that the method does not call for.
  return body === null ? upgrade === null : METHODS_WITH_BODY.has(method)
}

const METHODS_WITH_BODY: ReadonlySet<string> = new Set([
  'POST',
  'PUT',
  'PATCH',
  'QUERY',
  'PROPFIND',
  'PROPPATCH',
])
