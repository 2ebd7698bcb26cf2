import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadPolicies } from '../../src/policy/load.ts'
import { placeOfHook, placeOfMatch, withoutComments } from '../../src/policy/source-text.ts'
import { Folder } from '../cli/folder.ts'

test('every hook of a policy in TypeScript has the line where its function begins', async () => {
  using folder = new Folder({
    'shared.ts': [
      "import type { DeliverResponseView } from 'lacquer-cache'",
      '',
      'export function stamp({ response }: { readonly response: DeliverResponseView }): void {',
      "  response.headers.set('x-stamp', '1')",
      '}',
    ].join('\n'),
    'many.ts': [
      "import { basicAuth, pass, route, type RequestView, type PassVerdict } from 'lacquer-cache'",
      "import { stamp } from './shared.ts'",
      '',
      'interface At { readonly request: RequestView; hit?(): void }',
      '// hash: () => undefined,',
      'const login = basicAuth({ realm: "x", users: { a: "b" } })',
      '',
      'export default route({',
      "  name: 'many', // deliver: here",
      '  match: {',
      "    path: '/a',",
      '  },',
      '  hit: () => undefined,',
      '  miss: () => undefined,',
      '  pass: limited,',
      '  async originRequest({ request }) {',
      "    await Promise.resolve(request.headers.get('x') as string | undefined)",
      '  },',
      '  recv({ request }) {',
      '    return login(request)',
      '  },',
      '  deliver: stamp,',
      '})',
      '',
      'function limited({',
      '  request,',
      '}: At): PassVerdict | undefined {',
      "  return request.path === '/' ? pass<string>('x') : undefined",
      '}',
    ].join('\n'),
  })
  const text = folder.path
  const set = await loadPolicies([join(text, 'many.ts')], 'places')
  const places = Object.fromEntries(
    Object.entries(set.routes[0]?.places ?? {}).map(([hook, place]) => [hook, place.slice(text.length + 1)]),
  )
  assert.deepEqual(places, {
    recv: 'many.ts:19',
    hit: 'many.ts:13',
    miss: 'many.ts:14',
    pass: 'many.ts:25',
    originRequest: 'many.ts:16',
    deliver: 'shared.ts:3',
  })
  assert.equal(set.table[0]?.place.slice(text.length + 1), 'many.ts:10')
})

test('a hook that Lacquer or the platform made has the line where the route names it', () => {
  const sources = [{ file: 'p.ts', text: 'route({\n  match: {},\n  recv: check.bind(null),\n})' }]
  const made = Math.max.bind(null)
  assert.equal(placeOfHook(made, 'recv', sources), 'p.ts:3')
  assert.equal(placeOfHook(made, 'hash', sources), null)
})

test('a route without match has the line where it begins', () => {
  assert.equal(placeOfMatch('// route(\nexport default route({ recv() {} })'), 25)
})

test('comments go, strings stay, and nothing moves', () => {
  const text = "a('//x') // b\n/* c\nd */ e(`/*`)"
  const bare = withoutComments(text)
  assert.equal(bare.length, text.length)
  assert.equal(bare, "a('//x')     \n    \n     e(`/*`)")
})
