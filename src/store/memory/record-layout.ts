/**
 * A stored response as it lies in its block of the heap, whose address is the slot: fixed fields, then its texts.
 *
 *     fields | variant key | key | tags | head, empty line | body, where it is inline | ETag and Last-Modified, where the head doesn't hold them
 *
 * Texts are latin1, as they are on the wire; key and tags, which a policy may make up, are UTF-8. The key is
 * there so that a response can be evicted for the place it has, whatever led there.
 */

/** Indices of 32-bit integers; at 0 lies the heap's tag. */
export const IntField = {
  nextVariant: 1,
  headBytes: 2,
  /** Number of holds, twice over; odd while the record is out of the index; -1 once it is freed. */
  holds: 3,
  // Durations, as `packDuration` packs them.
  initialAge: 8,
  lifetime: 9,
  grace: 10,
  staleIfError: 11,
  keep: 12,
  /** Status below, flags above `FLAGS_SHIFT`. */
  statusAndFlags: 13,
  bodyBytes: 14,
  /** Of the body in `body.ts`; 0 where the body is inline. */
  bodyDirectory: 15,
  varySpec: 16,
  variantBytes: 17,
  keyBytes: 18,
  /** Where in the block the head begins. */
  headAt: 19,
  /** Where the values of ETag and Last-Modified begin, from the head on, and their lengths. */
  etagAt: 20,
  etagBytes: 21,
  lastModifiedAt: 22,
  lastModifiedBytes: 23,
  /** How often it was served from the store; 32 bits, which wrap. */
  hits: 26,
  /** Of the head, behind its status line. */
  notModifiedBytes: 27,
} as const

/** Indices of 64-bit floats; they take the room of the integers 4 to 7, and 24 and 25. */
export const DoubleField = {
  lastUse: 2,
  storedAt: 3,
  moment: 12,
} as const

/** Where in the block the texts begin. */
export const TEXTS_AT = 28 * 4

export const FLAGS_SHIFT = 16
export const STATUS_MASK = (1 << FLAGS_SHIFT) - 1

/** Values of `IntField.holds`. */
export const DEAD = 1
export const ONE_HOLD = 2
export const FREED = -1

/** Between head and body, so that a hit copies both at once. */
export const EMPTY_LINE = '\r\n'

/** Stands between tags, and so in none of them. */
export const TAG_SEPARATOR = '\0'

const MAX_INT = 0x7fffffff

/** A duration in 31 bits: in milliseconds, or, where it is longer than 24 days, in whole seconds, which are then negative. */
export function packDuration(ms: number): number {
  return ms <= MAX_INT ? ms : -Math.min(MAX_INT, Math.floor(ms / 1000))
}

export function unpackDuration(packed: number): number {
  return packed >= 0 ? packed : packed * -1000
}
