/** Finds and reads the configuration file: `lacquer.config.ts`, `.js` or `.json`. Its contents are checked by `config/`. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installResolution } from '../policy/resolve.ts'
import { CommandError, FAILURE } from './command-error.ts'

export interface ConfigFile {
  /** Absolute. */
  readonly path: string
  readonly values: unknown
  readonly text: string
}

const NAMES = ['lacquer.config.ts', 'lacquer.config.js', 'lacquer.config.json']

/** The file that was named, or the one in `folder`; null where there is none. */
export async function readConfigFile(named: string | undefined, folder: string): Promise<ConfigFile | null> {
  const path = named === undefined ? find(folder) : resolve(folder, named)
  if (path === null) return null
  const shown = shownPath(path)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const why = code === 'ENOENT' ? 'there is no such file' : `it can't be read (${code})`
    throw new CommandError(FAILURE, [`${shown}: ${why}; --config names the configuration file`])
  })
  const values = extname(path) === '.json' ? parseJson(text, shown) : await importDefault(path, shown)
  return { path, values: withAbsolutePaths(values, dirname(path)), text }
}

/** `file:line` of a key, as far as it can be told by looking for its name; else the file alone. */
export function placeOf(file: ConfigFile, keys: readonly string[]): string {
  const shown = shownPath(file.path)
  let position = -1
  for (const key of keys) {
    const pattern = new RegExp(`(?<=^|[\\s{,"'])${escaped(key)}(?=["']?\\s*:)`, 'g')
    pattern.lastIndex = position + 1
    const found = pattern.exec(file.text)
    if (found === null) break
    position = found.index
  }
  return position === -1 ? shown : `${shown}:${file.text.slice(0, position).split('\n').length}`
}

/** As people would write it from where they are. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near === '' || near.startsWith('..') ? path : near
}

function find(folder: string): string | null {
  const found = NAMES.filter((name) => existsSync(join(folder, name)))
  if (found.length > 1) {
    throw new CommandError(FAILURE, [
      `there are both ${found.join(' and ')}; remove one, or say which with --config FILE`,
    ])
  }
  return found[0] === undefined ? null : join(folder, found[0])
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new CommandError(FAILURE, [`${shown}: no JSON: ${(error as SyntaxError).message}`])
  }
}

async function importDefault(path: string, shown: string): Promise<unknown> {
  const resolution = installResolution()
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
    if (module.default !== undefined) return module.default
  } catch (error) {
    throw new CommandError(FAILURE, [
      `${placeOfError(error, path, shown)}: it does not load: ${reasonOf(error)}`,
    ])
  } finally {
    resolution.uninstall()
  }
  throw new CommandError(FAILURE, [
    `${shown}: it has no default export; write 'export default defineConfig({ ... })'`,
  ])
}

/** The line of the file that the stack, or a syntax error's first line, names. */
function placeOfError(error: unknown, path: string, shown: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const line = new RegExp(`${escaped(path)}(?:\\?[^:\\s]*)?:(\\d+)`).exec(stack)?.[1]
  return line === undefined ? shown : `${shown}:${line}`
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}

/** Paths in a file are relative to it, wherever the command is run. */
function withAbsolutePaths(values: unknown, folder: string): unknown {
  if (!isRecord(values)) return values
  const absolute = (path: unknown): unknown =>
    typeof path === 'string' && path !== '' ? resolve(folder, path) : path
  const changed: Record<string, unknown> = { ...values }
  for (const key of ['policies', 'adminTokenFile']) if (key in values) changed[key] = absolute(values[key])
  if (isRecord(values['origins'])) {
    changed['origins'] = Object.fromEntries(
      Object.entries(values['origins']).map(([name, origin]) => [
        name,
        isRecord(origin) && 'ca' in origin ? { ...origin, ca: absolute(origin['ca']) } : origin,
      ]),
    )
  }
  return changed
}

/** A text as a pattern that matches just it. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
