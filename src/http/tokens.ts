/**
 * The small grammar that fields share (RFC 9110 §5.6): tokens, quoted strings, comma-separated lists.
 *
 *   token         = 1*tchar
 *   quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE
 *   #element      = [ element ] *( OWS "," OWS [ element ] )
 *
 * Works on latin1 strings. Never throws, whatever the string holds.
 */

const TCHAR = tableOf("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return table
}

/** Whether the char code is a tchar (RFC 9110 §5.6.2). */
export function isTchar(code: number): boolean {
  return TCHAR[code] === 1
}

/** Whether the whole string is a token; the empty one is not. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (TCHAR[text.charCodeAt(i)] !== 1) return false
  return text.length > 0
}

/** A-Z in lower case and nothing else touched: `toLowerCase` would fold what is not ASCII too. */
export function asciiLower(text: string): string {
  let isLower = true
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return lowerAsciiOnly(text)
    if (code >= 0x41 && code <= 0x5a) isLower = false
  }
  // Of ASCII alone, it folds nothing else.
  return isLower ? text : text.toLowerCase()
}

function lowerAsciiOnly(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Without SP and HTAB at both ends (OWS, RFC 9110 §5.6.3). `trim` would take NBSP and line breaks too. */
export function trimOws(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isOws(text.charCodeAt(start))) start++
  while (end > start && isOws(text.charCodeAt(end - 1))) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/**
 * The members of a list, in order, without white space around them and without the empty ones (RFC 9110 §5.6.1.2).
 * Commas inside quoted strings don't separate; a quoted string that doesn't end swallows the rest.
 */
export function listMembers(value: string): string[] {
  return splitUnquoted(value, 0x2c)
}

/** The parts of a member between semicolons, as `listMembers` does it for commas: a value and its parameters. */
export function parameterParts(member: string): string[] {
  return splitUnquoted(member, 0x3b)
}

function splitUnquoted(value: string, separator: number): string[] {
  const parts: string[] = []
  let start = 0
  for (let i = 0; i <= value.length; i++) {
    const code = i === value.length ? separator : value.charCodeAt(i)
    if (code === 0x22) i = endOfQuoted(value, i) - 1
    if (code !== separator) continue
    const part = trimOws(value.slice(start, i))
    if (part !== '') parts.push(part)
    start = i + 1
  }
  return parts
}

/** Index behind the quoted string that begins at `start`; the length of the text where it doesn't end. */
function endOfQuoted(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x5c) i++
    else if (code === 0x22) return i + 1
  }
  return text.length
}

/** What a quoted-string says, its quoted-pairs resolved; null where the text is not exactly one quoted-string. */
export function unquote(text: string): string | null {
  if (text.length < 2 || text.charCodeAt(0) !== 0x22) return null
  let content = ''
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) return i === text.length - 1 ? content : null
    if (code === 0x5c) i++
    content += text.charAt(i)
  }
  return null
}
