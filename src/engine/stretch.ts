/** What is stored of a representation of which not all is stored (`StoredFlag.partial`): its head's Content-Range says it. */
import { decodeHead, encodeHead } from '../http/head.ts'
import { readContentRange, type ContentRange } from '../http/range.ts'
import { StoredFlag } from '../http/stored-flag.ts'
import type { Slot, Store } from '../store/store.ts'

/** Which stretch is stored; null where all of it is. */
export function heldStretch(store: Store, slot: Slot): ContentRange | null {
  if ((store.flags(slot) & StoredFlag.partial) === 0) return null
  return readContentRange(decodeHead(store.head(slot)).fields.get('content-range') ?? '')
}

/** The head that the whole representation would have. */
export function wholeHead(store: Store, slot: Slot): string {
  const { fields } = decodeHead(store.head(slot))
  fields.delete('content-range')
  fields.delete('content-length')
  return encodeHead(200, fields)
}
