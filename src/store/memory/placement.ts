/**
 * Finds a place for a stored response and writes it there. A body of up to `INLINE_BYTES` goes behind its head, into one block, to be
 * copied at delivery with one more call; a larger one stays in the extents it came in and is sent from where it lies. So
 * does a small one where no block for both is to be had without evicting much.
 *
 * The record it makes is not in the index: `variants.ts` puts it there.
 */
import { NO_SLOT, type PutRefusal, type PutResult, type Slot } from '../store.ts'
import { slabOf } from './address.ts'
import type { BodySource } from './body-source.ts'
import { keyCostBytes, tagsCostBytes } from './key-index.ts'
import { planRecord, writeRecord, type RecordPlan, type RecordRequest } from './record-writer.ts'
import { FRAGMENTATION_TRIES } from './room.ts'
import type { VariantsParts } from './variants.ts'

/** A body up to this size lies behind its head. */
export const INLINE_BYTES = 16 * 1024
/** Evictions for the sake of a block for head and body together, before the body is left in its extents. */
const INLINE_TRIES = 16

export class Placement {
  readonly #parts: VariantsParts
  readonly #maxResponseBytes: number

  constructor(parts: VariantsParts, maxResponseBytes: number) {
    this.#parts = parts
    this.#maxResponseBytes = maxResponseBytes
  }

  /** A record for this response, out of the index. `source` is null for an empty body. */
  place(request: RecordRequest, source: BodySource | null): PutResult {
    const bytes = source === null ? 0 : source.bytes
    if (bytes > this.#maxResponseBytes || request.head.length > this.#maxResponseBytes) {
      return this.#refuse('too-large')
    }
    const plan = planRecord(request)
    if (plan.bytes > this.#parts.heap.maxBytes) return this.#refuse('too-large')
    const spec = this.#parts.specs.acquire(request.variant.names)
    if (spec === -1) return this.#refuse('too-many-vary-specs')

    const slot = this.#write(request, plan, spec, source)
    if (slot !== NO_SLOT) return { ok: true, slot }
    this.#parts.specs.release(spec)
    return this.#refuse('no-room')
  }

  #write(request: RecordRequest, plan: RecordPlan, spec: number, source: BodySource | null): Slot {
    if (source === null) return this.#withoutBody(request, plan, spec)
    if (source.ways === 'copy') return this.#copying(request, plan, spec, source, FRAGMENTATION_TRIES)
    if (source.ways === 'either' && source.bytes <= INLINE_BYTES) {
      const slot = this.#copying(request, plan, spec, source, INLINE_TRIES)
      if (slot !== NO_SLOT) return slot
    }
    return this.#sharing(request, plan, spec, source)
  }

  #withoutBody(request: RecordRequest, plan: RecordPlan, spec: number): Slot {
    const { heap, room } = this.#parts
    const slot = room.allocate(plan.bytes, besideBytes(request), FRAGMENTATION_TRIES)
    if (slot !== NO_SLOT) writeRecord(heap, slot, request, plan, { spec, bytes: 0, directory: 0 })
    return slot
  }

  #copying(request: RecordRequest, plan: RecordPlan, spec: number, source: BodySource, tries: number): Slot {
    const { heap, room, records } = this.#parts
    const slot = room.allocate(plan.bytes + source.bytes, besideBytes(request), tries)
    if (slot === NO_SLOT) return NO_SLOT
    writeRecord(heap, slot, request, plan, { spec, bytes: source.bytes, directory: 0 })
    source.copyTo(heap.slabs[slabOf(slot)]!, records.bodyAt(slot))
    return slot
  }

  #sharing(request: RecordRequest, plan: RecordPlan, spec: number, source: BodySource): Slot {
    const { heap, room, bodies } = this.#parts
    const directory = source.share()
    if (directory === 0) return NO_SLOT
    const slot = room.allocate(plan.bytes, besideBytes(request), FRAGMENTATION_TRIES)
    if (slot === NO_SLOT) bodies.release(directory)
    else writeRecord(heap, slot, request, plan, { spec, bytes: source.bytes, directory })
    return slot
  }

  #refuse(why: PutRefusal): PutResult {
    this.#parts.room.refusals++
    return { ok: false, why }
  }
}

/** What it costs on the JavaScript heap, should its key be a new one. */
function besideBytes(request: RecordRequest): number {
  return keyCostBytes(request.key) + tagsCostBytes(request.key, request.tags)
}
