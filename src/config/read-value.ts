/** Reads one parameter's value by its kind and holds it against its bounds. Origins are read in `config.ts`. */
import { readAddress } from './address.ts'
import { readCidr } from './cidr.ts'
import { LIMITS } from './limits.ts'
import { nearest } from './nearest.ts'
import type { Parameter } from './parameters.ts'
import { readProbePath } from './probe-settings.ts'
import { readCount, readDuration, readSize, show, writeDuration, writeSize, type Reading } from './units.ts'

export type SimpleParameter = Exclude<Parameter, { kind: 'origins' }>

export function readValue(parameter: SimpleParameter, value: unknown): Reading<unknown> {
  switch (parameter.kind) {
    case 'duration':
      return within(
        readDuration(value),
        readDuration(parameter.min),
        readDuration(parameter.max),
        writeDuration,
      )
    case 'size':
      return within(readSize(value), readSize(parameter.min), readSize(parameter.max), writeSize)
    case 'count':
      return within(readCount(value), readCount(parameter.min), readCount(parameter.max), String)
    case 'choice':
      return readChoice(parameter.choices, value)
    case 'address':
      return readAddress(value)
    case 'path':
      return readPath(value)
    case 'target':
      return value === '' ? { ok: true, value: null } : readProbePath(value)
    case 'file':
      // Nothing is a value of its own here: no file.
      if (value === '') return { ok: true, value: null }
      return readPath(value)
    case 'token':
      // A pseudonym in Via is a token (RFC 9110 §7.6.3), and so is a cache's name in Cache-Status (RFC 9211 §2).
      if (typeof value === 'string' && /^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(value))
        return { ok: true, value }
      return {
        ok: false,
        why: `${show(value)} is no name; use a letter, then letters, digits, '.', '-' or '_'`,
      }
    case 'hosts':
      return readList(value, LIMITS.hosts, readHostName)
    case 'cidrs':
      return readList(value, LIMITS.trustedProxies, readCidr)
  }
}

function readPath(value: unknown): Reading<string> {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return { ok: true, value }
  return { ok: false, why: `${show(value)} is no path` }
}

function within(
  value: Reading<number>,
  min: Reading<number>,
  max: Reading<number>,
  write: (value: number) => string,
): Reading<number> {
  if (!value.ok || !min.ok || !max.ok) return value
  if (value.value >= min.value && value.value <= max.value) return value
  return {
    ok: false,
    why: `${write(value.value)} is not between ${write(min.value)} and ${write(max.value)}`,
  }
}

function readChoice(choices: readonly string[], value: unknown): Reading<string> {
  // `--no-access-log`, and `false` in a file, say the same as 'off'.
  const wanted = value === false ? 'off' : value
  if (typeof wanted === 'string' && choices.includes(wanted)) return { ok: true, value: wanted }
  const meant = typeof wanted === 'string' ? nearest(wanted, choices) : undefined
  const advice = meant === undefined ? `write one of ${choices.join(', ')}` : `did you mean '${meant}'?`
  return { ok: false, why: `${show(value)} is not one of the choices; ${advice}` }
}

function readHostName(value: unknown): Reading<string> {
  if (typeof value === 'string' && /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253})$/.test(value)) {
    return { ok: true, value: value.toLowerCase() }
  }
  return {
    ok: false,
    why: `${show(value)} is no host name; write it without scheme and port, such as 'www.example.com'`,
  }
}

/** A list, or one string with commas or blanks between its items, as options and variables have it. */
function readList<Value>(
  value: unknown,
  limit: number,
  read: (item: unknown) => Reading<Value>,
): Reading<readonly Value[]> {
  const items: readonly unknown[] =
    typeof value === 'string'
      ? value.split(/[\s,]+/).filter((item) => item !== '')
      : Array.isArray(value)
        ? value
        : [value]
  if (items.length > limit) return { ok: false, why: `${items.length} are more than ${limit}` }
  const values: Value[] = []
  for (const item of items) {
    const reading = read(item)
    if (!reading.ok) return reading
    values.push(reading.value)
  }
  return { ok: true, value: values }
}
