/**
 * Classes of bytes on the wire, as lookup tables (RFC 9110 §5.5, §5.6.2; RFC 9112 §3.2).
 * One table look-up a byte is what the scanners cost. Nothing here changes after it is made.
 */

export const HTAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SP = 0x20
export const COLON = 0x3a
export const SEMICOLON = 0x3b

/** For bytes of a token (§5.6.2) the same byte in lower case, 0 for all others. */
export const TOKEN = table((byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return byte + 0x20
  if (byte >= 0x61 && byte <= 0x7a) return byte
  if (byte >= 0x30 && byte <= 0x39) return byte
  return "!#$%&'*+-.^_`|~".includes(String.fromCharCode(byte)) ? byte : 0
})

/** 1 for what may stand in a field value (§5.5): blanks, visible bytes, obs-text. */
export const FIELD_VALUE = table((byte) => (byte === HTAB || (byte >= SP && byte !== 0x7f) ? 1 : 0))

/**
 * 1 for what may stand in a request target: visible ASCII, save what RFC 3986 forbids and no browser sends raw: a
 * fragment's `#`, a backslash (which some readers take for a slash), quotes and angle brackets.
 */
export const TARGET = table((byte) => (byte > SP && byte < 0x7f && !isOneOf('#\\"<>', byte) ? 1 : 0))

/** The value of a hexadecimal digit, 255 for all other bytes. */
export const HEX = table((byte) => {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : 255
})

/** Whether `text` may be written as a field value: no controls, and no character beyond latin1. */
export function isFieldValue(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0xff || FIELD_VALUE[code] === 0) return false
  }
  return true
}

function isOneOf(characters: string, byte: number): boolean {
  return characters.includes(String.fromCharCode(byte))
}

function table(classify: (byte: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => classify(byte))
}
