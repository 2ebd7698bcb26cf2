/** README.md beside this file names tests; each of them has to be there. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const ROOT = new URL('../', import.meta.url)
const README = readFileSync(new URL('README.md', import.meta.url), 'utf8')

/** `` `rfc9111/age` "name" `` */
const REFERENCE = /`([a-z0-9/-]+)` "([^"]+)"/g

test('every test that the list of sections names is there', () => {
  const references = [...README.matchAll(REFERENCE)]
  const missing = references.filter(([, file, name]) => !titlesOf(file!).some((title) => title.test(name!)))
  assert.deepEqual(
    missing.map(([reference]) => reference),
    [],
  )
  assert.ok(references.length > 200, `only ${references.length} references were found`)
})

test('every rule in it has a test, or says why not', () => {
  const rows = README.split('\n').filter(
    (line) => line.startsWith('|') && !/^\|( §|---| question)/.test(line),
  )
  const bare = rows.filter((row) => !row.includes('` "') && !row.includes('n/a: '))
  assert.deepEqual(bare, [])
})

test('what it calls a deviation is in the table of deviations, by its section', () => {
  const table =
    readFileSync(new URL('../src/ARCHITECTURE.md', ROOT), 'utf8').split('## Deviations on purpose')[1] ?? ''
  const rows = README.split('\n').filter((line) => line.startsWith('| ') && line.includes('_deviation_'))
  const sections = rows.flatMap((row) => /^\| (\d+(?:\.\d+)*)/.exec(row)?.[1] ?? [])
  assert.ok(sections.length > 5)
  assert.deepEqual(
    sections.filter((section) => !new RegExp(`§${section.replaceAll('.', '\\.')}(?![.\\d])`).test(table)),
    [],
  )
})

const TITLE = /\b(?:test|describe|it)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g
const known = new Map<string, readonly RegExp[]>()

/** The titles in a test file; whatever is put into a title at run time may be anything. */
function titlesOf(file: string): readonly RegExp[] {
  const url = new URL(`${file}.test.ts`, ROOT)
  if (!existsSync(url)) return []
  const titles = known.get(file) ?? [...readFileSync(url, 'utf8').matchAll(TITLE)].flatMap(titleOf)
  known.set(file, titles)
  return titles
}

function titleOf([, single, double, template]: RegExpMatchArray): RegExp[] {
  const plain = single ?? double
  if (plain !== undefined) return [new RegExp(`^${escaped(plain)}$`)]
  const parts = (template ?? '').split(/\$\{[^}]*\}/)
  // A title with hardly a word of its own would be any.
  const words = parts.join('').replace(/[^a-z]/gi, '')
  return words.length < 4 ? [] : [new RegExp(`^(${parts.map(escaped).join(').*(')})$|^${longest(parts)}$`)]
}

/** The list may name a title by the words that all its cases share. */
const longest = (parts: readonly string[]): string =>
  escaped(parts.toSorted((a, b) => b.length - a.length)[0]!.trim())

const escaped = (text: string): string => text.replace(/\\(.)/g, '$1').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
