/** A host as a person writes it, asked of URIs as they stand in cache keys: those don't name the port that their scheme has anyway. */
import { splitUri } from './ban-facts.ts'

type UriTest = (uri: string) => boolean

/** Whether an URI is of that host and port; without a port, that of its scheme is meant. `wanted`: lower case. */
export function isOfAuthority(wanted: string): UriTest {
  const [, name = '', port] = /^(.+):(\d+)$/.exec(wanted) ?? []
  const scheme = port === '80' ? 'http://' : port === '443' ? 'https://' : null
  return (uri) => {
    const { host } = splitUri(uri)
    return host === wanted || (scheme !== null && host === name && uri.startsWith(scheme))
  }
}

/** The same, but that a host without a port is meant on all ports. */
export function isOfHost(wanted: string): UriTest {
  const isExactly = isOfAuthority(wanted)
  if (/:\d+$/.test(wanted)) return isExactly
  return (uri) => isExactly(uri) || splitUri(uri).host.startsWith(`${wanted}:`)
}
