/** An explanation for people: a word on the left, what it says on the right, most important first. */
import type { z } from 'zod'
import type { EXPLANATION, ExplainAnswer } from '../admin/explanation-schema.ts'
import { span } from '../engine/explain/sentences.ts'
import { aligned } from './aligned.ts'
import { shownPath } from './config-file.ts'

type Explanation = z.infer<typeof EXPLANATION>
type Stored = Explanation['stored'][number]
type LastResponse = NonNullable<Explanation['lastResponse']>
type Rules = Stored['rules']

export function explanationText(explained: Explanation): string[] {
  const { request, decision, stored, lastResponse, advice, nearby } = explained
  // What is stored says it better.
  const isUnknown = !stored.some(({ kind }) => kind === 'response')
  return [
    `${request.method} ${request.url}`,
    ...section('decision', [`${decision.outcome}: ${decision.says}`]),
    ...section('route', explained.routes.flatMap(routeLines)),
    ...section('hooks', hookLines(explained)),
    ...section('key', keyLines(explained)),
    ...section('stored', storedLines(explained)),
    ...(isUnknown && lastResponse !== null ? section('last sent', lastResponseLines(lastResponse)) : []),
    ...section(
      'nearby',
      nearby.map(({ key, differs }) => `${shownKey(key)} (${differs})`),
    ),
    ...section('for a hit', advice),
  ]
}

/** Nothing where there are no lines. */
function section(name: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `  ${(i === 0 ? name : '').padEnd(10)} ${line}`.trimEnd())
}

function routeLines({
  route,
  file,
  pattern,
  params,
  passedOver,
  others,
}: Explanation['routes'][number]): string[] {
  const values = Object.entries(params).map(([name, value]) => ` ${name}=${value}`)
  const more = others > 0 && passedOver.length > 0 ? [`and ${others} more specific ones`] : []
  return [
    `${route}  ${pattern ?? 'no pattern matches'}${values.join('')}  ${shownPath(file)}`,
    ...aligned(passedOver.map((one) => ['  not', one.route, one.pattern, one.why])),
    ...more.map((line) => `  not  ${line}`),
  ]
}

function hookLines({ hooks, later }: Explanation): string[] {
  return aligned([
    ...hooks.map(({ hook, route, verdict, place }) => [hook, route, verdict, shownPath(place)]),
    ...later.map(({ hook, route, place }) => [hook, route, 'if it comes to a fetch', shownPath(place)]),
  ])
}

function keyLines({ key }: Explanation): string[] {
  if (key === null) return ['none: nothing is looked up']
  const { scheme, host, url, added, bySearchRule, vary } = key
  return [
    shownKey(key.key),
    `  of scheme ${scheme}, host ${host}, ${bySearchRule ? 'path' : 'target'} ${url}`,
    ...added.map((part) => `  and of ${JSON.stringify(part)}, which hash added`),
    ...(bySearchRule ? ['  and of what No-Vary-Search leaves of the query'] : []),
    ...(vary.length === 0 ? [] : [`  what is stored under it varies by ${vary.join(', ')}`]),
  ]
}

const shownKey = (key: string): string => key.replace(/\n(?:\d+:)?/g, ' + ')

function storedLines({ key, stored }: Explanation): string[] {
  if (stored.length === 0) return key === null ? [] : ['nothing under this key']
  const chosen = stored.find(({ isChosen }) => isChosen)
  const nearest = chosen ?? nearestOf(stored)
  return stored.flatMap((one) => oneStored(one, one === nearest, chosen === undefined))
}

function oneStored(one: Stored, isFull: boolean, isNearest: boolean): string[] {
  const mark = one.isChosen ? 'this one' : isFull && isNearest ? 'the nearest' : 'another'
  const { freshness } = one
  if (one.kind === 'hit-for-miss')
    return [`a hit-for-miss marker, ${span(freshness.ttlLeftMs)} left: ${one.reuseSays}`]
  const tags = one.tags.length === 0 ? [] : [`tags ${one.tags.join(' ')}`]
  const etag = one.etag === '' ? [] : [`ETag ${one.etag}`]
  const what = one.kind === 'part' ? 'a part, ' : ''
  const head = `${mark}: ${what}${[String(one.status), `${one.bodyBytes} bytes`, ...etag, ...tags].join(', ')}`
  const rows = [
    ...one.variant.map((value) => ['variant', variantText(value)]),
    ['lifetime', lifetimeText(freshness)],
    [
      'age',
      `${span(freshness.ageMs)}: ${span(freshness.initialAgeMs)} when it came, ${span(freshness.residentMs)} here`,
    ],
    ['left', leftText(freshness)],
    ['use', one.matches ? one.reuseSays : `not for this request; otherwise ${one.reuseSays}`],
    ...(isFull ? ruleRows(one.rules, 'a policy set it aside') : []),
  ]
  return [head, ...aligned(rows).map((line) => `  ${line}`)]
}

/** As the engine chooses it: the fewest differences, and of several the newest. */
function nearestOf(stored: readonly Stored[]): Stored | undefined {
  const differences = ({ variant }: Stored): number =>
    variant.filter(({ stored: there, requested }) => there !== requested).length
  const responses = stored.filter(({ kind }) => kind === 'response')
  return responses.toSorted((a, b) => differences(a) - differences(b))[0]
}

function variantText({ name, stored, requested }: Stored['variant'][number]): string {
  const shown = (value: string | null): string => (value === null ? 'absent' : `'${value}'`)
  if (stored === requested) return `${name} is ${shown(stored)}, as in this request`
  return `${name} is ${shown(stored)}, in this request ${shown(requested)}`
}

function lifetimeText({
  lifetimeMs,
  lifetimeFrom,
  control,
}: Pick<Stored['freshness'], 'lifetimeMs' | 'lifetimeFrom' | 'control'>): string {
  const field =
    control === 'none' ||
    lifetimeFrom === 'none' ||
    lifetimeFrom === 'expires' ||
    lifetimeFrom === 'heuristic'
      ? ''
      : ` in ${control}`
  return `${span(lifetimeMs)} from ${lifetimeFrom}${field}`
}

function leftText({ ttlLeftMs, graceMs, graceLeftMs, keepMs, keepLeftMs }: Stored['freshness']): string {
  const grace = graceMs === 0 ? 'no grace' : `grace ${span(graceLeftMs)} of ${span(graceMs)}`
  const keep = keepMs === 0 ? 'no keep' : `keep ${span(keepLeftMs)} of ${span(keepMs)}`
  return `ttl ${span(ttlLeftMs)}, then ${grace}, then ${keep}`
}

function ruleRows(rules: Rules, otherwise: string): string[][] {
  return rules.map(({ rule, asks, ok }, i) => [
    i === 0 ? 'storable' : '',
    `${ok ? 'ok' : 'NO'}  ${asks}${ok ? '' : ` [${rule}; ${otherwise}]`}`,
  ])
}

function lastResponseLines(response: LastResponse): string[] {
  const { at, status, fields, unstored, rules } = response
  const rows = [
    ...fields.map(([name, value]) => ['', `${name}: ${value}`]),
    ['lifetime', lifetimeText(response)],
    ...ruleRows(rules, 'it keeps the response out'),
  ]
  return [
    `${status} at ${at}: ${unstored === null ? 'stored' : `not stored (${unstored})`}`,
    ...aligned(rows).map((line) => `  ${line}`),
  ]
}

export function lastText(url: string, last: NonNullable<ExplainAnswer['last']>): string[] {
  if (last.length === 0)
    return [`nothing of late for ${url} but plain hits, if that (the journal has what was no plain hit)`]
  return last.flatMap((one, i) => [
    ...(i === 0 ? [] : ['']),
    `${one.at}  ${one.method} ${one.url}`,
    ...section('outcome', [one.says]),
    ...section('route', [one.route]),
    ...section('key', one.key === '' ? [] : [one.key]),
    ...section(
      'events',
      aligned(one.events.map(({ atMs, kind, hook, text }) => [span(atMs), hook ?? kind, text])),
    ),
    ...section('sent', one.response === null ? [] : lastResponseLines(one.response)),
    ...section('for a hit', one.advice),
  ])
}
