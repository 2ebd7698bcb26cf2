/** Redirects that sites need again and again. They keep path and query, and never lead where the request says. */
import { redirect, type SynthVerdict } from '../verdict.ts'
import type { RequestView } from '../views.ts'

type Asked = Pick<RequestView, 'method' | 'scheme' | 'host' | 'url' | 'path' | 'query'>

/** To the same on https, unless the request came that way; behind a proxy that ends TLS, it must be a trusted one. */
export function redirectToHttps(request: Asked): SynthVerdict | undefined {
  if (request.scheme === 'https') return undefined
  return redirect(`https://${withoutPort(request.host)}${request.url}`, permanently(request))
}

/** To the same on this host (`'www.example.com'`, with its port unless it is the default), unless the request is for it. */
export function redirectToHost(request: Asked, host: string): SynthVerdict | undefined {
  if (request.host === host.toLowerCase()) return undefined
  return redirect(`${request.scheme}://${host}${request.url}`, permanently(request))
}

/**
 * Makes a table of moved paths: `redirects({ '/old': '/new', '/blog/*': 'https://blog.example.com/*' })`.
 * The longest that matches counts; `*` at the end stands for the rest, on both sides. The query goes along, unless the target has one.
 */
export function redirects(
  moved: Readonly<Record<string, string>>,
): (request: Asked) => SynthVerdict | undefined {
  const exact = new Map(Object.entries(moved).filter(([from]) => !from.endsWith('/*')))
  const open = Object.entries(moved)
    .filter(([from]) => from.endsWith('/*'))
    .sort(([a], [b]) => b.length - a.length)
  for (const from of Object.keys(moved)) {
    if (!from.startsWith('/')) throw new RangeError(`redirects: '${from}' must begin with '/'`)
  }
  return (request) => {
    const to = exact.get(request.path) ?? openTarget(open, request.path)
    if (to === undefined) return undefined
    const query = request.query === '' || to.includes('?') ? '' : `?${request.query}`
    return redirect(to + query, permanently(request))
  }
}

function openTarget(open: readonly (readonly [string, string])[], path: string): string | undefined {
  const found = open.find(([from]) => path.startsWith(from.slice(0, -1)))
  if (found === undefined) return undefined
  const [from, to] = found
  // A rest that begins with slashes would make of `/*` the address of another site: `//evil.example`.
  const rest = path.slice(from.length - 1).replace(/^[/\\]+/, '')
  return to.endsWith('*') ? to.slice(0, -1) + rest : to
}

/** 308 keeps the method; old clients know 301 better, where there is nothing to keep (RFC 9110 §15.4.2, §15.4.9). */
function permanently({ method }: Asked): 301 | 308 {
  return method === 'GET' || method === 'HEAD' ? 301 : 308
}

/** The port of http is not that of https. */
function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '')
}
