/**
 * The directives of a Cache-Control value, before anybody says what they mean (RFC 9111 §5.2).
 *
 *   Cache-Control   = #cache-directive
 *   cache-directive = token [ "=" ( token / quoted-string ) ]
 *
 * A member that isn't a directive (`no-store; max-age=60`, `max-age =60`, a quoted string that doesn't end) is read as the
 * words in it, each marked as not well formed: so a restriction is not lost to a typing error, and a lifetime in it is
 * present but unreadable rather than absent. Directives inside a well-formed quoted string don't count. Never throws.
 */
import { asciiLower, isTchar, isToken, listMembers, unquote } from './tokens.ts'

export interface Directive {
  /** Lower case. */
  readonly name: string
  /** The argument, without the quotes around it; null where there is none. */
  readonly value: string | null
  readonly wellFormed: boolean
}

/** In order, repeats and unknown ones among them. */
export function readDirectives(value: string): Directive[] {
  const directives: Directive[] = []
  for (const member of listMembers(value)) {
    const directive = readDirective(member)
    if (directive !== null) directives.push(directive)
    else for (const name of wordsOf(member)) directives.push({ name, value: null, wellFormed: false })
  }
  return directives
}

function readDirective(member: string): Directive | null {
  const equals = member.indexOf('=')
  const name = equals === -1 ? member : member.slice(0, equals)
  if (!isToken(name)) return null
  if (equals === -1) return { name: asciiLower(name), value: null, wellFormed: true }
  const argument = member.slice(equals + 1)
  const value = isToken(argument) ? argument : unquote(argument)
  return value === null ? null : { name: asciiLower(name), value, wellFormed: true }
}

/** The runs of token characters, in lower case. */
function wordsOf(member: string): string[] {
  const words: string[] = []
  let start = 0
  for (let i = 0; i <= member.length; i++) {
    if (i < member.length && isTchar(member.charCodeAt(i))) continue
    if (i > start) words.push(asciiLower(member.slice(start, i)))
    start = i + 1
  }
  return words
}
