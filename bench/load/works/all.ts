/** All works, in the order in which they run. */
import { evicting } from './evicting.ts'
import { guard } from './guard.ts'
import { herd } from './herd.ts'
import { hits } from './hits.ts'
import { idle } from './idle.ts'
import { large } from './large.ts'
import { million } from './million.ts'
import { notModified } from './not-modified.ts'
import { observed } from './observed.ts'
import { purge } from './purge.ts'
import { reloads } from './reloads.ts'
import { slowReaders } from './slow-readers.ts'
import { start } from './start.ts'
import { miss, pass } from './through.ts'
import type { Work } from './work.ts'

/** With `--long`. */
export const LONG: readonly Work[] = [
  ...[hits, notModified, large, pass, miss, million, evicting],
  ...[idle, slowReaders, herd, start, observed, reloads, purge],
]

/** Without `--work`. */
export const USUAL: readonly Work[] = [hits, notModified, pass, miss, start]

/** With `--guard`. */
export const GUARD: readonly Work[] = [guard]

export const WORKS: readonly Work[] = [...LONG, guard]
