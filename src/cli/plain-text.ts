/** Text from elsewhere as it may be shown on a terminal: what would steer the terminal is written out. */

export function plainText(text: string): string {
  return text.replace(CONTROL, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** C0 and C1, among which are ESC and the one-byte CSI. */
const CONTROL = new RegExp('[\\u0000-\\u001f\\u007f-\\u009f]', 'g')

/** `35 s`, `-2 min`: rounded, as people want to read it. */
export function roughly(ms: number): string {
  const size = Math.abs(ms)
  const [unit, name] = UNITS.find(([least]) => size >= 2 * least) ?? [1, 'ms']
  return `${Math.round(ms / unit)} ${name}`
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]

export function writeLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
