/**
 * The policies of an edge while it runs: loads them anew when their files change, keeps a few old versions, goes back to one.
 *
 * What begins, begins with the version in force; a transaction keeps the one that it began with, so nothing is dropped or mixed.
 * A change that fails to load, to type-check or to be valid changes nothing: the version in force stays, and the log, the metrics
 * and `list` say why. One thing happens at a time, in the order in which it was asked for.
 */
import { stat } from 'node:fs/promises'
import type { z } from 'zod'
import type { PolicyFigures } from '../../admin/families.ts'
import { Problem } from '../../admin/operation.ts'
import type {
  POLICIES,
  POLICY_DIFF,
  POLICY_RELOAD,
  POLICY_SWITCH,
  POLICY_VERSION,
  PolicyControl,
} from '../../admin/policy-operations.ts'
import type { Clock } from '../../base/clock.ts'
import { LIMITS } from '../../config/limits.ts'
import type { Log } from '../../observe/events.ts'
import type { Recorder } from '../../observe/recorder.ts'
import { HOOK_NAMES } from '../../policy/hooks.ts'
import { policyFiles } from '../../policy/load.ts'
import { PolicyError } from '../../policy/policy-error.ts'
import type { PolicySet } from '../../policy/policy-set.ts'
import { shownPath } from '../config-file.ts'
import { Compiler } from './compiler.ts'
import type { CompileAnswer, Mistake } from './graph.ts'
import { loadSet } from './load-set.ts'
import { changesOf, differencesOf } from './policy-diff.ts'
import { readAll } from './read-sources.ts'
import { Versions, type Version } from './versions.ts'
import { PolicyWatcher } from './watcher.ts'

export type ReloadCause = 'start' | 'change' | 'request' | 'signal'
type Reload = z.infer<typeof POLICY_RELOAD>
type Switch = z.infer<typeof POLICY_SWITCH>

/** Where policies come from. */
export interface PolicyDisk {
  /** A folder or a file. */
  readonly path: string
  /** It was named by somebody, so that it has to be there. */
  readonly mustExist: boolean
  /** The policy files that the first set was loaded from, and every file that they import, themselves among them. */
  readonly files: readonly string[]
  readonly imported: readonly string[]
  /** When that began. */
  readonly loadedAtWall: number
}

/** `Compiler`, or what a test has in its place. */
export type PolicyCompiler = Pick<Compiler, 'compile' | 'stop'>

export interface PolicyManagerOptions {
  readonly first: PolicySet
  /** Null where policies are those of a program, and stay. */
  readonly disk: PolicyDisk | null
  readonly isWatched: boolean
  readonly checkTypes: boolean
  /** Versions kept. */
  readonly keep: number
  /** Throws `PolicyError` for a set that loads but can't be in force here. */
  readonly validate: (set: PolicySet) => void
  /** Puts a set in force. */
  readonly use: (set: PolicySet) => void
  readonly clock: Clock
  readonly log: Log
  readonly recorder: Recorder
  readonly compiler?: PolicyCompiler
}

export class PolicyManager implements PolicyControl {
  readonly #options: PolicyManagerOptions
  readonly #compiler: PolicyCompiler
  readonly #versions: Versions
  readonly #watcher: PolicyWatcher | null
  /** The version that was last loaded from disk: what the files say, unless the last reload failed. */
  #newest: Version
  #count = 1
  #lastReload: Reload | null = null
  /** Ends when everything that was asked for is done. */
  #queue: Promise<unknown> = Promise.resolve()
  /** A reload that waits for its turn: it will see whatever is on disk by then. */
  #waiting: Promise<Reload> | null = null
  #firstCheck: NodeJS.Timeout | null = null
  #isStopped = false

  constructor(options: PolicyManagerOptions) {
    const { first, disk, clock } = options
    this.#options = options
    this.#compiler = options.compiler ?? new Compiler()
    this.#newest = {
      id: first.id,
      set: first,
      files: disk?.files ?? [],
      sources: new Map(),
      modules: new Map(),
      loadedAtWall: disk?.loadedAtWall ?? clock.wall(),
    }
    this.#versions = new Versions(this.#newest, options.keep)
    this.#watcher =
      disk === null || !options.isWatched
        ? null
        : new PolicyWatcher({ root: disk.path, changed: () => void this.reload('change') })
  }

  /** Watches from now on. The first set was loaded without a check of its types, for the sake of a quick start: that follows. */
  async start(): Promise<void> {
    const { disk, checkTypes } = this.#options
    if (disk === null) return
    await this.#watcher?.start(disk.imported, disk.loadedAtWall)
    const sources = await readAll(disk.imported, disk.loadedAtWall)
    this.#newest = { ...this.#newest, sources }
    this.#versions.replace(this.#newest)
    if (!checkTypes || disk.files.length === 0) return
    this.#firstCheck = setTimeout(() => void this.#checkFirst(disk), LIMITS.policyCheckDelayMs).unref()
  }

  /** Where nothing was loaded since. Most edges see no change for long: the compile process is not kept for it. */
  #checkFirst(disk: PolicyDisk): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#lastReload !== null) return
      await this.#reload(disk, 'start')
      await this.#compiler.stop()
    })
  }

  /** Watches no more, and lets go of the compile process. What is in force stays. */
  async stop(): Promise<void> {
    this.#isStopped = true
    if (this.#firstCheck !== null) clearTimeout(this.#firstCheck)
    this.#watcher?.stop()
    await this.#compiler.stop()
  }

  get figures(): PolicyFigures {
    return {
      version: Number(this.#versions.active.id) || 0,
      kept: this.#versions.all().length,
      hasFailed: this.#lastReload?.result === 'failed',
      isSetAside: this.#versions.active !== this.#newest,
    }
  }

  list(): z.infer<typeof POLICIES> {
    const { disk } = this.#options
    return {
      active: this.#versions.active.id,
      path: disk === null ? null : shownPath(disk.path),
      isWatched: this.#watcher !== null,
      disk: this.#diskState(),
      lastReload: this.#lastReload,
      versions: this.#versions.all().map((version) => this.#summary(version)),
    }
  }

  version(id: string): z.infer<typeof POLICY_VERSION> {
    const version = this.#find(id)
    return {
      ...this.#summary(version),
      routes: version.set.routes.map((route) => ({
        name: route.name,
        file: shownPath(route.file),
        origin: route.origin,
        hooks: HOOK_NAMES.filter((name) => route.hooks[name] !== undefined),
      })),
      sources: Object.fromEntries([...version.sources].map(([path, text]) => [shownPath(path), text])),
    }
  }

  diff(from: string | undefined, to: string | undefined): z.infer<typeof POLICY_DIFF> {
    const { previous, active } = this.#versions
    const [before, after] = [from ?? previous?.id ?? active.id, to ?? active.id].map((id) => this.#find(id))
    return { from: before!.id, to: after!.id, files: differencesOf(before!, after!) }
  }

  use(id: string): Promise<Switch> {
    return this.#inTurn(() => {
      const [version, before] = [this.#find(id), this.#versions.active]
      if (version !== before) this.#versions.use(version)
      return this.#switched(before, 'use')
    })
  }

  rollBack(): Promise<Switch> {
    return this.#inTurn(() => {
      const before = this.#versions.active
      if (this.#versions.previous === null) {
        throw new Problem(
          409,
          'no-version-before',
          `there is nothing to go back to: version ${before.id} is the first one, or those before it are no longer kept`,
        )
      }
      this.#versions.rollBack()
      return this.#switched(before, 'rollback')
    })
  }

  /** Loads what is on disk. Rejects only where somebody asked for it, with a `Problem`: that it failed. */
  reload(cause: ReloadCause): Promise<Reload> {
    const { disk } = this.#options
    if (disk === null) {
      throw new Problem(409, 'no-policy-files', 'the policies of this edge were not loaded from files')
    }
    this.#waiting ??= this.#inTurn(() => {
      this.#waiting = null
      return this.#reload(disk, cause)
    })
    return cause === 'request' ? this.#waiting.then(refuseFailed) : this.#waiting
  }

  async #reload(disk: PolicyDisk, cause: ReloadCause): Promise<Reload> {
    const { clock, log, recorder } = this.#options
    const [startedAt, startedAtWall] = [clock.now(), clock.wall()]
    const mistakes: Mistake[] = []
    let result: Reload['result']
    try {
      result = await this.#load(disk, cause, startedAtWall, mistakes)
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
      result = 'failed'
      mistakes.push({ where: error.where, what: error.message })
    }
    const version = this.#versions.active.id
    const tookMs = Math.round(clock.now() - startedAt)
    const reload: Reload = {
      result,
      cause,
      at: new Date(startedAtWall).toISOString(),
      tookMs,
      version,
      mistakes: mistakes
        .slice(0, LIMITS.policyMistakes)
        .map(({ where, what }) => ({ where: shownPlace(where), what })),
    }
    // That the compile process was let go in the middle of its work is no news.
    if (this.#isStopped) return reload
    this.#lastReload = reload
    recorder.count('policyReloads', result)
    for (const { where, what } of reload.mistakes) {
      log.log(
        result === 'failed' ? 'error' : 'warn',
        result === 'failed' ? 'policies-failed' : 'policies-mistaken',
        {
          where,
          reason: what,
          inForce: version,
        },
      )
    }
    if (result === 'loaded') log.log('info', 'policies-loaded', { version, cause, ms: tookMs })
    else if (result === 'unchanged' && cause !== 'start')
      log.log('info', 'policies-unchanged', { version, cause })
    return reload
  }

  /** Adds to `mistakes` what is wrong. */
  async #load(
    disk: PolicyDisk,
    cause: ReloadCause,
    startedAtWall: number,
    mistakes: Mistake[],
  ): Promise<Reload['result']> {
    const files = await this.#filesNow(disk)
    const answer = await this.#compile(files)
    const paths = answer.ok ? answer.graph.modules.map((module) => module.path) : answer.paths
    await this.#watcher?.cover(paths, startedAtWall)
    if (!answer.ok) {
      mistakes.push(...answer.mistakes)
      return 'failed'
    }
    const sources = new Map(answer.graph.modules.map((module) => [module.path, module.source]))
    mistakes.push(...answer.typeMistakes)
    if (this.#isNewest(files, sources)) return this.#returnToNewest(cause)
    if (mistakes.length > 0) return 'failed'
    const id = String(this.#count + 1)
    const { set, modules } = await loadSet(answer.graph, files, id, this.#newest.modules)
    this.#options.validate(set)
    this.#count += 1
    this.#newest = { id, set, files, sources, modules, loadedAtWall: startedAtWall }
    this.#versions.add(this.#newest)
    this.#options.use(set)
    return 'loaded'
  }

  /** A folder that is gone is more likely being replaced than meant to have no policies. */
  async #filesNow({ path, mustExist }: PolicyDisk): Promise<string[]> {
    const files = await policyFiles(path, mustExist)
    if (files.length > 0 || this.#newest.files.length === 0) return files
    if ((await stat(path).catch(() => null)) !== null) return files
    throw new PolicyError(path, path, 'it is gone; an empty folder would mean that there are no policies')
  }

  async #compile(files: readonly string[]): Promise<CompileAnswer> {
    try {
      return await this.#compiler.compile({ files, checkTypes: this.#options.checkTypes })
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error)
      return { ok: false, mistakes: [{ where: 'policies', what }], paths: files }
    }
  }

  #isNewest(files: readonly string[], sources: ReadonlyMap<string, string>): boolean {
    return (
      files.join('\n') === this.#newest.files.join('\n') &&
      sources.size === this.#newest.sources.size &&
      [...sources].every(([path, text]) => this.#newest.sources.get(path) === text)
    )
  }

  /** Where nothing changed, what somebody put in force stays; but who asks for what is on disk gets it. */
  #returnToNewest(cause: ReloadCause): 'loaded' | 'unchanged' {
    const isAsked = cause === 'request' || cause === 'signal'
    if (!isAsked || this.#versions.active === this.#newest) return 'unchanged'
    if (this.#versions.get(this.#newest.id) === undefined) this.#versions.add(this.#newest)
    else this.#versions.use(this.#newest)
    this.#options.use(this.#newest.set)
    return 'loaded'
  }

  #switched(before: Version, by: string): Switch {
    const { active } = this.#versions
    this.#options.use(active.set)
    this.#options.log.log('info', 'policies-switched', { version: active.id, before: before.id, by })
    return { active: active.id, before: before.id }
  }

  #diskState(): z.infer<typeof POLICIES>['disk'] {
    const active = this.#versions.active.id
    if (this.#lastReload?.result === 'failed') {
      return { isInForce: false, why: `what is on disk does not load; version ${active} stays in force` }
    }
    if (this.#versions.active !== this.#newest) {
      const why = `version ${active} was put in force in place of version ${this.#newest.id}, which is on disk; a further change on disk, or a reload, is loaded again`
      return { isInForce: false, why }
    }
    return { isInForce: true, why: 'what is on disk is in force' }
  }

  #summary(version: Version): z.infer<typeof POLICIES>['versions'][number] {
    const all = this.#versions.all()
    const before = all[all.indexOf(version) - 1]
    return {
      id: version.id,
      inForce: version === this.#versions.active,
      fromDisk: version === this.#newest,
      loadedAt: new Date(version.loadedAtWall).toISOString(),
      changes: before === undefined ? [] : changesOf(before.sources, version.sources),
      files: version.files.map(shownPath),
    }
  }

  #find(id: string): Version {
    const version = this.#versions.get(id)
    if (version !== undefined) return version
    const kept = this.#versions.all().map((one) => one.id)
    throw new Problem(404, 'no-such-version', `there is no version '${id}'; kept are ${kept.join(', ')}`)
  }

  #inTurn<Value>(work: () => Value | Promise<Value>): Promise<Value> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => undefined)
    return done
  }
}

function refuseFailed(reload: Reload): Reload {
  if (reload.result !== 'failed') return reload
  const { mistakes, version } = reload
  const first = mistakes[0]
  const more = mistakes.length > 1 ? ` (and ${mistakes.length - 1} more)` : ''
  throw new Problem(
    422,
    'policies-failed',
    `${first?.where ?? ''}: ${first?.what ?? ''}${more}; version ${version} stays in force`,
    { errors: mistakes },
  )
}

/** `file:12:5` with the file as people would write it. */
function shownPlace(where: string): string {
  const [, file = where, place = ''] = /^(.*?)((?::\d+){0,2})$/.exec(where) ?? []
  return file.startsWith('/') ? `${shownPath(file)}${place}` : where
}
