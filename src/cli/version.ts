/** Which Lacquer this is: read from its package.json, wherever above this file it lies (`src/` or `dist/src/`). */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export function ownVersion(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (!existsSync(file)) continue
    const found = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly name?: string
      readonly version?: string
    }
    if (found.name === 'lacquer-cache') return found.version ?? 'unknown'
  }
  return 'unknown'
}
