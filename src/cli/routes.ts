/** Prints the table of routes, and for a URL which of them takes it and why the more specific ones do not. */
import { readTypedUrl, hostnameOf, type TypedUrl } from '../http/typed-url.ts'
import { HOOK_NAMES } from '../policy/hooks.ts'
import type { PolicySet, TableRow } from '../policy/policy-set.ts'
import { chooseRoute, mismatchText, type RouteChoice } from '../policy/route-choice.ts'
import { CommandError, USAGE_ERROR } from './command-error.ts'
import { shownPath } from './config-file.ts'
import { loadSettings } from './load-settings.ts'
import type { RawOptions } from './options.ts'
import { loadPolicySet } from './policies.ts'
import { aligned } from './aligned.ts'

export async function routes(url: string | undefined, options: RawOptions): Promise<void> {
  const method = String(options['method'])
  const wanted = url === undefined ? null : requestOf(url, method)
  const { set } = await loadPolicySet(await loadSettings(options, process.env, process.cwd()))
  const choice = wanted === null ? null : chooseRoute(set, wanted.hostname, wanted.path, method)
  const report = { routes: rowsOf(set), request: wanted === null ? null : { url, method, ...choice } }
  process.stdout.write(
    options['json'] === true
      ? `${JSON.stringify(report, null, 2)}\n`
      : `${(wanted === null ? tableText(set) : choiceText(set, wanted, choice!)).join('\n')}\n`,
  )
}

interface Wanted {
  readonly hostname: string
  readonly path: string
  readonly method: string
  readonly url: TypedUrl
}

function requestOf(text: string, method: string): Wanted {
  const reading = readTypedUrl(text, method, 'localhost')
  if (!reading.ok) throw new CommandError(USAGE_ERROR, [reading.why])
  const { url } = reading
  const [path = ''] = url.target.split('?', 1)
  return { url, hostname: hostnameOf(url.authority), path, method }
}

/** For programs, most specific first; `builtin`, which takes the rest, last. */
function rowsOf(set: PolicySet): object[] {
  const rows = set.table.map(({ pattern, route, place }) => ({
    route: route.name,
    host: pattern.host === '' ? null : pattern.host,
    path: pattern.path === '' ? null : pattern.path,
    methods: pattern.methods,
    origin: route.origin,
    hooks: route.places,
    place,
  }))
  const { builtin } = set
  return [
    ...rows,
    {
      ...{ route: builtin.name, host: null, path: null, methods: [], origin: null },
      ...{ hooks: builtin.places, place: builtin.file },
    },
  ]
}

const HEADINGS = ['', 'host', 'path', 'method', 'route', 'hooks', 'where']

function cellsOf({ pattern, route, place }: TableRow, index: number): string[] {
  return [
    String(index + 1),
    pattern.host === '' ? 'any' : pattern.host,
    pattern.path === '' ? 'any' : pattern.path,
    pattern.methods.length === 0 ? 'any' : pattern.methods.join(','),
    route.name,
    HOOK_NAMES.filter((name) => route.hooks[name] !== undefined).join(' ') || 'none',
    shownPath(place),
  ]
}

function tableText(set: PolicySet): string[] {
  const last = ['', 'any', 'any', 'any', set.builtin.name, 'all', shownPath(set.builtin.file)]
  return aligned([HEADINGS, ...set.table.map(cellsOf), last])
}

function choiceText(set: PolicySet, wanted: Wanted, choice: RouteChoice): string[] {
  const { url, hostname, path, method } = wanted
  const taken = set.table.findIndex(({ pattern }) => pattern.toString() === choice.pattern)
  const tried = taken === -1 ? set.table : set.table.slice(0, taken + 1)
  const rows = tried.map((row, i) => [
    String(i + 1),
    row.pattern.toString(),
    row.route.name,
    mismatchText(row.pattern, hostname, path, method) ?? 'takes it',
    i === taken ? shownPath(row.place) : '',
  ])
  if (taken === -1)
    rows.push(['', 'anything else', set.builtin.name, 'takes it', shownPath(set.builtin.file)])
  const less = set.table.length - tried.length
  const params = Object.entries(choice.params).map(([name, value]) => `${name}=${value}`)
  return [
    `${method} ${url.scheme}://${url.authority}${url.target} takes the route ${choice.route}`,
    ...(params.length === 0 ? [] : [`  params  ${params.join(' ')}`]),
    ...aligned(rows.slice(-SHOWN_ROWS)).map((line) => `  ${line}`),
    ...(rows.length > SHOWN_ROWS
      ? [`  (and ${rows.length - SHOWN_ROWS} more specific ones that do not)`]
      : []),
    ...(less > 0 ? [`  (${less} less specific ${less === 1 ? 'one is' : 'ones are'} not asked)`] : []),
  ]
}

const SHOWN_ROWS = 30
