/** A host as a person writes it, asked of URIs as they stand in cache keys: those don't name the port that their scheme has anyway. */
/** `host`: that of `uri`, with its port (`splitUri`). */
type HostTest = (of: { readonly uri: string; readonly host: string }) => boolean

/** Whether an URI is of that host and port; without a port, that of its scheme is meant. `wanted`: lower case. */
export function isOfAuthority(wanted: string): HostTest {
  const [, name = '', port] = /^(.+):(\d+)$/.exec(wanted) ?? []
  const scheme = port === '80' ? 'http://' : port === '443' ? 'https://' : null
  return ({ host, uri }) => host === wanted || (scheme !== null && host === name && uri.startsWith(scheme))
}

/** The same, but that a host without a port is meant on all ports. */
export function isOfHost(wanted: string): HostTest {
  const isExactly = isOfAuthority(wanted)
  if (/:\d+$/.test(wanted)) return isExactly
  return (asked) => isExactly(asked) || asked.host.startsWith(`${wanted}:`)
}
