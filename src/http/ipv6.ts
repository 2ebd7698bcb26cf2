/**
 * IPv6address as RFC 3986 §3.2.2 writes it: eight groups of up to four hex digits, the last two of them also as a dotted
 * IPv4 address, and at most one `::` for one or more groups of zeros. No zone. Never throws.
 */
import { readDigits } from './digits.ts'

export function isIpv6(text: string): boolean {
  const gap = text.indexOf('::')
  if (gap === -1) return countGroups(text, true) === 8
  if (text.includes('::', gap + 1)) return false
  const before = text.slice(0, gap)
  const after = text.slice(gap + 2)
  const left = before === '' ? 0 : countGroups(before, false)
  const right = after === '' ? 0 : countGroups(after, true)
  return left !== -1 && right !== -1 && left + right <= 7
}

/** How many groups the text stands for; -1 where it is malformed. */
function countGroups(text: string, mayEndInIpv4: boolean): number {
  const groups = text.split(':')
  let count = 0
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i]!
    if (isGroup(group)) count += 1
    else if (mayEndInIpv4 && i === groups.length - 1 && isIpv4(group)) count += 2
    else return -1
  }
  return count
}

function isGroup(text: string): boolean {
  if (text.length === 0 || text.length > 4) return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isHex =
      (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)
    if (!isHex) return false
  }
  return true
}

function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every(isOctet)
}

function isOctet(text: string): boolean {
  const value = text.length <= 3 ? readDigits(text) : null
  return value !== null && value <= 255 && (text.length === 1 || !text.startsWith('0'))
}
