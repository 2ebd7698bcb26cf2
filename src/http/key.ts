/**
 * The cache key: target URI of the stored response (RFC 9111 §2, §4), as `http://host/path?query`.
 *
 * Unambiguous, because no scheme holds a colon, no authority that `parseAuthority` passes holds a slash or an asterisk, and
 * a target begins with a slash (or is `*`). Key and forwarded target are the same bytes: nothing is normalised here.
 */

/** Hot: called for every request. */
export function cacheKey(scheme: string, authority: string, target: string): string {
  return flattened(`${scheme}://${authority}${target}`)
}

/**
 * The same string, holding on to no other one. V8 keeps a substring as a pointer into the string it was cut from, and a
 * concatenation as a pair of pointers until somebody reads it: a key made of slices of a request head would keep the
 * whole head alive for as long as it is stored (491 bytes against 75). Reading a character writes a concatenation out.
 * The comparison, true of no key, is one that the compiler can't decide, so that it can't leave the read away.
 */
function flattened(concatenation: string): string {
  return concatenation.charCodeAt(0) === 0 ? '' : concatenation
}
