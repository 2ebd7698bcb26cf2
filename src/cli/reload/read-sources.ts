/** Reads the texts of files that were loaded in another way. */
import { readFile, stat } from 'node:fs/promises'

/** What is gone by now is left out, and what has changed since they were loaded, after `sinceWall`. */
export async function readAll(paths: readonly string[], sinceWall: number): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const path of paths) {
    const found = await stat(path).catch(() => null)
    if (found === null || Math.floor(found.ctimeMs) > sinceWall) continue
    const text = await readFile(path, 'utf8').catch(() => null)
    if (text !== null) texts.set(path, text)
  }
  return texts
}
