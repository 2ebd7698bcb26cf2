/** Names as helpers take them: `'theme'`, or `'_ga*'` for every name that begins with `_ga`. Case counts. */

/** Says whether a name is one of `patterns`. */
export function namesMatch(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  )
}
