/** A store that can be asked what it holds for a URL: it remembers every key that was ever stored under. */
import type { TestClock } from './test-clock.ts'
import type { Settings } from '../config/settings.ts'
import { cacheKey } from '../http/key.ts'
import { TagIndex } from '../invalidate/tag-index.ts'
import type { Recorder } from '../observe/recorder.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { splitUrl } from './client.ts'
import { isHitForMiss, storedUnder, type StoredResponse } from './stored-response.ts'

export class InspectedStore {
  readonly store: MemoryStore
  readonly tags = new TagIndex()
  readonly #clock: TestClock
  readonly #keys = new Set<string>()

  constructor(settings: Settings, clock: TestClock, recorder: Recorder) {
    this.#clock = clock
    this.store = new MemoryStore({
      memoryBytes: settings.memoryBytes,
      maxResponseBytes: settings.maxStoredBytes,
      maxVariants: settings.maxVariants,
      onStore: (key, tags) => {
        this.#keys.add(key)
        this.tags.add(key, tags)
      },
      onRemove: (key, _slot, tags, cause) => {
        this.tags.remove(key, tags)
        if (cause === 'surplus') recorder.count('limitReached', 'variants')
      },
    })
  }

  /** Every response for a URL, whatever `hash` added to its key; the newest of each key first. */
  responses(url: string): readonly StoredResponse[] {
    return this.#keysOf(url).flatMap((key) => storedUnder(this.store, key, this.#clock.now()))
  }

  isHitForMiss(url: string): boolean {
    return this.#keysOf(url).some((key) => isHitForMiss(this.store, key, this.#clock.now()))
  }

  #keysOf(url: string): string[] {
    const { scheme, host, target } = splitUrl(url)
    const plain = cacheKey(scheme, host.toLowerCase(), target)
    return [...this.#keys].filter((key) => key === plain || key.startsWith(`${plain}\n`))
  }
}
