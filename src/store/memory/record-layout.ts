/**
 * A stored response as it lies in its block of the heap, whose address is the slot: fixed fields, then its texts.
 *
 *     fields | variant key | key | tags | head | body, where it is inline | ETag and Last-Modified, where the head doesn't hold them
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
  /** Status below, flags above `FLAGS_SHIFT`. */
  statusAndFlags: 18,
  bodyBytes: 19,
  /** Of the body in `body.ts`; 0 where the body is inline. */
  bodyDirectory: 20,
  varySpec: 21,
  variantBytes: 22,
  /** Where in the block the head begins. */
  headAt: 23,
  /** Where the values of ETag and Last-Modified begin, from the head on, and their lengths. */
  etagAt: 24,
  etagBytes: 25,
  lastModifiedAt: 26,
  lastModifiedBytes: 27,
  keyBytes: 28,
} as const

/** Indices of 64-bit floats; they take the room of the integers 4 to 17. */
export const DoubleField = {
  lastUse: 2,
  storedAt: 3,
  initialAgeMs: 4,
  lifetimeMs: 5,
  graceMs: 6,
  staleIfErrorMs: 7,
  keepMs: 8,
} as const

/** Where in the block the texts begin. */
export const TEXTS_AT = 29 * 4

export const FLAGS_SHIFT = 16
export const STATUS_MASK = (1 << FLAGS_SHIFT) - 1

/** Values of `IntField.holds`. */
export const DEAD = 1
export const ONE_HOLD = 2
export const FREED = -1

/** Stands between tags, and so in none of them. */
export const TAG_SEPARATOR = '\0'
