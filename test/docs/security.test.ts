/** SECURITY.md tells the defaults as they are, and leaves out none of the limits towards clients and origins. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  GROUPS,
  PARAMETERS,
  PARAMETER_NAMES,
  parameter,
  type ParameterName,
} from '../../src/config/parameters.ts'

const root = new URL('../../', import.meta.url)
const text = readFileSync(new URL('SECURITY.md', root), 'utf8')
const rows = new Map(
  [...text.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, name = '', value = '']) => [name, value]),
)

const shown = (name: ParameterName): string => {
  const { default: value } = parameter(name)
  if (Array.isArray(value) && value.length === 0) return 'none'
  return typeof value === 'number' || typeof value === 'string' ? `${value}` : 'not shown'
}

test('every row is a parameter, with its default', () => {
  assert.ok(rows.size > 20)
  for (const [name, value] of rows) {
    assert.ok(Object.hasOwn(PARAMETERS, name), `there is no parameter ${name}`)
    assert.equal(value, shown(name as ParameterName), name)
  }
})

test(`no limit of the group '${GROUPS.clients}' is left out`, () => {
  const missing = PARAMETER_NAMES.filter((name) => {
    const { group, kind } = parameter(name)
    return group === 'clients' && ['duration', 'size', 'count'].includes(kind) && !rows.has(name)
  })
  assert.deepEqual(missing, [])
})

test('the files that it names are there', () => {
  const named = [...text.matchAll(/`((?:src|test)\/[\w./-]+)`/g)].map(([, path = '']) => path)
  assert.ok(named.length > 5)
  for (const path of named) assert.ok(existsSync(new URL(path, root)), path)
})
