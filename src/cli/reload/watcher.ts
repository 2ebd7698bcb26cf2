/**
 * Watches what policies are made of: the folder or file that was named, and the files that they import. Says that something has
 * changed, once it has been still for a moment, so that a file is not read while it is being written.
 *
 * The system's notices (`fs.watch`) make it quick. They are not relied upon: some file systems send none, so that it looks by
 * itself as well. What it compares is which files there are and what the system says of each: inode, size and times, by which
 * an editor's rename is a change like any other. A folder may come later, go, and come back.
 */
import { watch, type FSWatcher } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LIMITS } from '../../config/limits.ts'
import { policyFiles } from '../../policy/load.ts'

export interface WatcherOptions {
  /** The folder or file with the policies; absolute. */
  readonly root: string
  readonly changed: () => void
}

/** How long after a notice to look, and how long everything must then be as it is. */
const SETTLE_MS = 40
/** How often it looks by itself: at least so long apart, and longer the more files there are. */
const POLL_MS = 500
const POLL_MS_PER_FILE = 2

interface WatchedFolder {
  readonly watcher: FSWatcher
  readonly inode: number
}

export class PolicyWatcher {
  readonly #options: WatcherOptions
  #files: readonly string[] = []
  /** What was seen of each file when `changed` was last called. */
  #known: ReadonlyMap<string, string> = new Map()
  /** What was seen the last time, where that was something else. */
  #unsettled: string | null = null
  readonly #folders = new Map<string, WatchedFolder>()
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> | null = null
  #isStopped = false

  constructor(options: WatcherOptions) {
    this.#options = options
  }

  /** Takes what is there for known, but for what has changed after `sinceWall`. */
  async start(files: readonly string[], sinceWall: number): Promise<void> {
    this.#files = files
    const known = await this.#look()
    for (const path of known.keys()) {
      if ((await lookAt(path)).changedAt > sinceWall) known.set(path, 'new')
    }
    this.#known = known
    await this.#watchFolders()
    this.#lookIn(this.#pollMs())
  }

  /** From now on these are the files that policies import. What changed of them after `sinceWall`, while they were read, counts as a change. */
  async cover(files: readonly string[], sinceWall: number): Promise<void> {
    this.#files = files
    await this.#looking
    const known = new Map(this.#known)
    const added = files.filter((file) => !known.has(file))
    for (const file of added) {
      const found = await lookAt(file)
      known.set(file, found.changedAt > sinceWall ? 'new' : found.text)
    }
    this.#known = known
    await this.#watchFolders()
  }

  stop(): void {
    this.#isStopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    for (const { watcher } of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  #lookIn(ms: number): void {
    if (this.#isStopped) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#looking ??= this.#compare().finally(() => (this.#looking = null))
    }, ms).unref()
  }

  async #compare(): Promise<void> {
    const seen = await this.#look()
    if (this.#isStopped) return
    const changes = differences(this.#known, seen)
    if (changes === '') {
      this.#unsettled = null
      this.#lookIn(this.#pollMs())
    } else if (changes !== this.#unsettled) {
      this.#unsettled = changes
      this.#lookIn(SETTLE_MS)
    } else {
      this.#unsettled = null
      this.#known = seen
      await this.#watchFolders()
      this.#lookIn(this.#pollMs())
      this.#options.changed()
    }
  }

  async #look(): Promise<Map<string, string>> {
    const found = await policyFiles(this.#options.root, false)
    const paths = new Set([this.#options.root, ...found, ...this.#files])
    const seen = new Map<string, string>()
    for (const path of paths) seen.set(path, (await lookAt(path)).text)
    return seen
  }

  /** Has the system tell of every folder that a file is in. Where it won't, looking by itself must do. */
  async #watchFolders(): Promise<void> {
    const wanted = new Map<string, number>()
    for (const path of [this.#options.root, ...[...this.#known.keys()].map((file) => dirname(file))]) {
      const folder = await nearestFolder(path)
      if (folder !== null && wanted.size < LIMITS.policyFolders) wanted.set(folder.path, folder.inode)
    }
    if (this.#isStopped) return
    for (const [path, { watcher, inode }] of this.#folders) {
      if (wanted.get(path) === inode) continue
      watcher.close()
      this.#folders.delete(path)
    }
    for (const [path, inode] of wanted) {
      if (!this.#folders.has(path)) this.#watchFolder(path, inode)
    }
  }

  #watchFolder(path: string, inode: number): void {
    const drop = (): void => {
      this.#folders.get(path)?.watcher.close()
      this.#folders.delete(path)
    }
    try {
      const watcher = watch(path, { persistent: false }, () => this.#lookIn(SETTLE_MS))
      watcher.on('error', drop)
      this.#folders.set(path, { watcher, inode })
    } catch (error) {
      // No such folder any more, or the system has no notices left to give.
      if (!(error instanceof Error && 'code' in error)) throw error
    }
  }

  #pollMs(): number {
    return Math.max(POLL_MS, this.#known.size * POLL_MS_PER_FILE)
  }
}

async function lookAt(path: string): Promise<{ readonly text: string; readonly changedAt: number }> {
  const found = await stat(path).catch(() => null)
  if (found === null) return { text: 'none', changedAt: 0 }
  // Of a folder only whether it is there: its files are looked at by themselves.
  if (found.isDirectory()) return { text: `folder ${found.ino}`, changedAt: 0 }
  const { ino, size, mtimeMs, ctimeMs } = found
  return { text: `${ino} ${size} ${mtimeMs} ${ctimeMs}`, changedAt: Math.floor(Math.max(mtimeMs, ctimeMs)) }
}

/** One text for what differs; empty where nothing does. */
function differences(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string {
  const paths = new Set([...before.keys(), ...now.keys()])
  const changed = [...paths].filter((path) => (before.get(path) ?? 'none') !== (now.get(path) ?? 'none'))
  return changed.map((path) => `${path} ${now.get(path) ?? 'none'}`).join('\n')
}

/** `path` where it is a folder, or the first one above it that is there. */
async function nearestFolder(
  path: string,
): Promise<{ readonly path: string; readonly inode: number } | null> {
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => null)
    if (found?.isDirectory() === true) return { path: folder, inode: found.ino }
    if (folder === dirname(folder)) return null
  }
}
