/** What differs between two versions of the policies, as people read it: unified diffs, file by file. */
import type { z } from 'zod'
import type { POLICY_DIFF } from '../../admin/policy-operations.ts'
import { shownPath } from '../config-file.ts'
import { unifiedDiff } from './unified-diff.ts'
import type { Version } from './versions.ts'

type FileDiff = z.infer<typeof POLICY_DIFF>['files'][number]

/** Sorted by path; files that are the same in both are left out. */
export function differencesOf(from: Version, to: Version): FileDiff[] {
  return changedPaths(from.sources, to.sources).map((path) => {
    const [before, after] = [from.sources.get(path), to.sources.get(path)]
    const file = shownPath(path)
    const status = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
    return { file, status, patch: patchOf(file, before ?? '', after ?? '', from.id, to.id) }
  })
}

/** `shop.ts changed`, for each. */
export function changesOf(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): string[] {
  return changedPaths(from, to).map((path) => {
    const what = !from.has(path) ? 'added' : !to.has(path) ? 'removed' : 'changed'
    return `${shownPath(path)} ${what}`
  })
}

function changedPaths(from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): string[] {
  const paths = new Set([...from.keys(), ...to.keys()])
  return [...paths].filter((path) => from.get(path) !== to.get(path)).sort()
}

function patchOf(file: string, before: string, after: string, from: string, to: string): string {
  return `--- ${file} (version ${from})\n+++ ${file} (version ${to})\n${unifiedDiff(before, after)}`
}
