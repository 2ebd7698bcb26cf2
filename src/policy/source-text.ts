/**
 * Where in its source a policy says what it says: functions and words are looked for in the text of its files, since a function
 * doesn't tell where it was written. Types are blank in what runs (Node strips them) and there in the file, so that blanks of the
 * one stand for anything in the other. Pure: `load.ts` reads the files.
 */

/** A file of a policy: the one with the route, or one that it imports. */
export interface SourceText {
  readonly file: string
  readonly text: string
}

/** `file:line` of the function that a route has as `name`; of where it is named, where the function itself was written elsewhere. */
export function placeOfHook(hook: unknown, name: string, sources: readonly SourceText[]): string | null {
  const written = typeof hook === 'function' ? Function.prototype.toString.call(hook) : ''
  for (const source of sources) {
    const at = placeOfText(written, name, source.text)
    if (at !== -1) return placeIn(source, at)
  }
  const main = sources[0]
  const named = main === undefined ? -1 : placeOfProperty(name, main.text)
  return main === undefined || named === -1 ? null : placeIn(main, named)
}

/** `file:line` of a position in a text. */
export function placeIn({ file, text }: SourceText, at: number): string {
  let line = 1
  for (let feed = text.indexOf('\n'); feed !== -1 && feed < at; feed = text.indexOf('\n', feed + 1)) line++
  return `${file}:${line}`
}

/** `file:line` of the default export of a policy's own file; null where none is seen. */
export function placeOfDefault([main]: readonly SourceText[]): string | null {
  const at =
    main === undefined ? -1 : withoutComments(main.text).search(/\bexport\s+default\b|\bas\s+default\b/)
  return main === undefined || at === -1 ? null : placeIn(main, at)
}

/** Where a route says what it takes: at its `match`, or where it begins; -1 where that is not seen. */
export function placeOfMatch(text: string): number {
  const match = placeOfProperty('match', text)
  return match === -1 ? withoutComments(text).search(/\broute\s*\(/) : match
}

/** Where a property of this name is written, as `name:`, as a method, or in short; -1 where it is not. */
function placeOfProperty(name: string, text: string): number {
  const found = new RegExp(`(?<=^|[\\s{,])${name}\\s*[:(,}]`, 'm').exec(withoutComments(text))
  return found?.index ?? -1
}

/** Of several functions that read the same, the one that stands behind `name:`. */
function placeOfText(written: string, name: string, text: string): number {
  if (written === '' || written.includes('[native code]')) return -1
  let first = -1
  for (let at = 0; at + written.length <= text.length; at++) {
    if (!readsAs(written, text, at)) continue
    if (first === -1) first = at
    if (new RegExp(`(?:^|[\\s{,])${name}\\s*:\\s*$`).test(text.slice(Math.max(0, at - 80), at))) return at
  }
  return first
}

/** Node puts a semicolon in the place of some types. */
function readsAs(written: string, text: string, at: number): boolean {
  for (let i = 0; i < written.length; i++) {
    const char = written.charCodeAt(i)
    if (char !== text.charCodeAt(at + i) && char !== 0x20 && char !== 0x3b) return false
  }
  return true
}

/** The text with blanks in place of comments, so that every position stays where it is. Strings are left alone. */
export function withoutComments(text: string): string {
  return text.replace(
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[^]*?\*\//g,
    (piece) => (piece.startsWith('/') ? piece.replace(/[^\n]/g, ' ') : piece),
  )
}
