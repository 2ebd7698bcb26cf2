/**
 * Numbers as the wire has them: DIGITs and nothing else. JavaScript's own readers take '', '4e0', ' 4', '0x4' and '4z'.
 * Never throws.
 */

/** The largest delta-seconds told apart; greater ones count as this (RFC 9111 §1.2.2). */
export const MAX_DELTA_SECONDS = 2_147_483_647

/** 1*DIGIT as a number; null for anything else. Past 2^53 the value is Infinity rather than a rounded one. */
export function readDigits(text: string): number | null {
  if (text.length === 0) return null
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return null
    value = value * 10 + digit
  }
  return value > Number.MAX_SAFE_INTEGER ? Infinity : value
}

/** delta-seconds (RFC 9111 §1.2.2), clamped; null where it is something else. */
export function readDeltaSeconds(text: string): number | null {
  const seconds = readDigits(text)
  return seconds === null ? null : Math.min(seconds, MAX_DELTA_SECONDS)
}

/** As `readDeltaSeconds`, in milliseconds. */
export function readDeltaMs(text: string): number | null {
  const seconds = readDeltaSeconds(text)
  return seconds === null ? null : seconds * 1000
}
