/** Reads the text of a policy file and of the files beside it that it imports, so that its hooks can be shown with file and line. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { LIMITS } from '../config/limits.ts'
import { withoutComments, type SourceText } from './source-text.ts'

/** The file itself first. What can't be read is left out: it is for people, and the policy has been loaded. */
export async function readSources(file: string): Promise<SourceText[]> {
  const sources: SourceText[] = []
  const wanted = [file]
  for (const next of wanted) {
    if (sources.length === LIMITS.policySourceFiles) break
    const text = await readFile(next, 'utf8').catch(() => null)
    if (text === null) continue
    sources.push({ file: next, text })
    for (const [, specifier = ''] of withoutComments(text).matchAll(IMPORTED)) {
      const imported = resolve(dirname(next), specifier)
      if (!wanted.includes(imported)) wanted.push(imported)
    }
  }
  return sources
}

const IMPORTED = /\bfrom\s*['"](\.{1,2}\/[^'"\n]+\.m?[tj]s)['"]/g
