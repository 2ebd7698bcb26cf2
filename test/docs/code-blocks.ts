/** The TypeScript that a Markdown document shows, as files that can be checked and loaded. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface CodeBlock {
  /** `README.md:40`: where it begins. */
  readonly where: string
  readonly text: string
  /** Where it was written to: a folder of the document's own. */
  readonly file: string
}

export interface Document {
  readonly blocks: readonly CodeBlock[]
  readonly text: string
  remove(): void
}

/**
 * Writes each block beside the others, under the name that its first line says (`// policies/news.ts`), or the paragraph before it
 * (`policies/news.ts`), or else a name of ours.
 */
export function readDocument(path: string): Document {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const folder = mkdtempSync(join(tmpdir(), 'lacquer-docs-'))
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((found, i): CodeBlock => {
    const [, code = ''] = found
    const line = text.slice(0, found.index).split('\n').length
    const paragraph = text.slice(0, found.index).trimEnd().split('\n\n').at(-1) ?? ''
    const name = (/^\/\/ (\S+\.ts)\n/.exec(code) ?? /`(\S+\.ts)`/.exec(paragraph))?.[1] ?? `block-${i + 1}.ts`
    return { where: `${path}:${line}`, text: code, file: join(folder, basename(name)) }
  })
  for (const block of blocks) writeFileSync(block.file, block.text)
  return { blocks, text, remove: () => rmSync(folder, { recursive: true }) }
}
