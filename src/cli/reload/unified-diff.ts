/**
 * What differs between two texts, line by line, as `diff -u` writes it. The shortest way from one to the other is found as in
 * E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), with a bound on how long it may be.
 */

/** How many lines may be added and removed; the effort grows with the square of it. Beyond it, all is removed and added. */
const MAX_EDITS = 500
const CONTEXT = 3

/** Empty where the texts are the same. */
export function unifiedDiff(before: string, after: string): string {
  const [a, b] = [linesOf(before), linesOf(after)]
  const edits = editsOf(a, b)
  return hunksOf(edits)
    .map(({ from, to }) => hunkText(edits, from, to))
    .join('')
}

interface Edit {
  readonly sign: ' ' | '-' | '+'
  readonly line: string
}

/** With their ends; the last one may have none. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function editsOf(a: readonly string[], b: readonly string[]): Edit[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const same = (line: string): Edit => ({ sign: ' ', line })
  const middle = shortestEdits(a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  return [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)]
}

function shortestEdits(a: readonly string[], b: readonly string[]): Edit[] {
  const most = Math.min(a.length + b.length, MAX_EDITS)
  /** How far down `a` one gets on diagonal k (k = down `a` - down `b`), by the number of edits. */
  const rounds: Map<number, number>[] = []
  let reach = new Map([[1, 0]])
  for (let edits = 0; edits <= most; edits++) {
    rounds.push(reach)
    const next = new Map(reach)
    for (let k = -edits; k <= edits; k += 2) {
      let x = isDown(reach, k, edits) ? reach.get(k + 1)! : reach.get(k - 1)! + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      next.set(k, x)
      if (x >= a.length && x - k >= b.length) return traceBack(a, b, rounds)
    }
    reach = next
  }
  return [...a.map((line): Edit => ({ sign: '-', line })), ...b.map((line): Edit => ({ sign: '+', line }))]
}

/** Whether diagonal `k` is best come to by adding a line rather than by removing one. */
function isDown(reach: ReadonlyMap<number, number>, k: number, edits: number): boolean {
  return k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
}

function traceBack(
  a: readonly string[],
  b: readonly string[],
  rounds: readonly Map<number, number>[],
): Edit[] {
  const found: Edit[] = []
  let [x, y] = [a.length, b.length]
  for (let edits = rounds.length - 1; edits >= 0; edits--) {
    const reach = rounds[edits]!
    const k = x - y
    const isAdded = isDown(reach, k, edits)
    const beforeX = reach.get(isAdded ? k + 1 : k - 1)!
    const beforeY = beforeX - (isAdded ? k + 1 : k - 1)
    while (x > beforeX && y > beforeY && x > 0 && y > 0) {
      found.push({ sign: ' ', line: a[--x]! })
      y--
    }
    if (edits === 0) break
    if (isAdded) found.push({ sign: '+', line: b[--y]! })
    else found.push({ sign: '-', line: a[--x]! })
  }
  return found.reverse()
}

/** Stretches of edits with what is around them; those that touch are one. */
function hunksOf(edits: readonly Edit[]): { readonly from: number; readonly to: number }[] {
  const hunks: { from: number; to: number }[] = []
  edits.forEach(({ sign }, i) => {
    if (sign === ' ') return
    const [from, to] = [Math.max(0, i - CONTEXT), Math.min(edits.length, i + CONTEXT + 1)]
    const last = hunks.at(-1)
    if (last !== undefined && from <= last.to) last.to = to
    else hunks.push({ from, to })
  })
  return hunks
}

function hunkText(edits: readonly Edit[], from: number, to: number): string {
  const place = (sign: '-' | '+'): string => {
    const count = (part: readonly Edit[]): number => part.filter((edit) => edit.sign !== sign).length
    const length = to - from - count(edits.slice(from, to).filter((edit) => edit.sign !== ' '))
    const before = from - count(edits.slice(0, from).filter((edit) => edit.sign !== ' '))
    // A stretch of no lines is named by the line before it.
    return `${sign}${length === 0 ? before : before + 1}${length === 1 ? '' : `,${length}`}`
  }
  const lines = edits.slice(from, to).map(({ sign, line }) => {
    return line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`
  })
  return `@@ ${place('-')} ${place('+')} @@\n${lines.join('')}`
}
