/**
 * What a field's value says to people. On the wire it is bytes, which are kept one character each (RFC 9110 §5.5); whoever writes more than ASCII
 * there writes UTF-8 nowadays, and who asks for it types the characters themselves. What is no UTF-8 stays as it is. Never throws.
 */
import { isUtf8 } from 'node:buffer'

export function utf8Text(value: string): string {
  if (!BYTES_ABOVE_ASCII.test(value)) return value
  const bytes = Buffer.from(value, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : value
}

/** And nothing that would be more than a byte: such text was read already. */
const BYTES_ABOVE_ASCII = /^[^\u0100-\uffff]*[\x80-\xff][^\u0100-\uffff]*$/
