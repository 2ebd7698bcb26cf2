import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { loadPolicies } from '../../src/policy/load.ts'
import type { PolicyWarning } from '../../src/policy/lint.ts'
import { PolicySet } from '../../src/policy/policy-set.ts'
import { route, type RouteDefinition } from '../../src/policy/route.ts'
import { Folder } from '../cli/folder.ts'

// A worked policy takes its token from there.
process.env['PURGE_TOKEN'] = 'of-the-test'

function warningsOf(routes: Record<string, RouteDefinition>): readonly PolicyWarning[] {
  const sources = Object.entries(routes).map(([name, definition]) => ({
    ...{ route: route(definition), name, file: `${name}.ts` },
  }))
  return new PolicySet('1', sources, { route: route({}), name: 'builtin', file: '' }).warnings
}

/** `lint file:line` of each. */
async function loadedWarnings(text: string): Promise<string[]> {
  using folder = new Folder({ 'p.ts': text })
  const set = await loadPolicies([join(folder.path, 'p.ts')], `lint ${folder.path}`)
  return set.warnings.map(({ lint, where }) => `${lint} ${where.slice(folder.path.length + 1)}`)
}

const policy = (...lines: readonly string[]): string =>
  [
    "import { cookie, normaliseLanguage, route } from 'lacquer-cache'",
    'export default route({',
    ...lines,
    '})',
  ].join('\n')

describe('a warning with file and line is given for', () => {
  test('Set-Cookie that is let into the store', async () => {
    assert.deepEqual(
      await loadedWarnings(
        policy(
          "  // response.storeDespite('set-cookie')",
          '  originResponse({ response }) {',
          "    response.storeDespite('private', 'set-cookie')",
          '  },',
        ),
      ),
      ['set-cookie-stored p.ts:5'],
    )
  })

  test('a key of what a visitor may send', async () => {
    assert.deepEqual(
      await loadedWarnings(
        policy(
          '  hash({ request, key }) {',
          "    key.add(request.headers.get('X-Country') ?? '')",
          '    key.add(`${request.query}`)',
          "    key.add(cookie(request, 'theme') ?? '')",
          '  },',
        ),
      ),
      ['unbounded-key p.ts:4', 'unbounded-key p.ts:5', 'unbounded-key p.ts:6'],
    )
  })

  test('a pattern that no request has', () => {
    assert.match(
      warningsOf({ cafe: { match: { path: '/café' } } })[0]?.text ?? '',
      /^no request has 'é' .* write %C3%A9/,
    )
    assert.match(
      warningsOf({ trace: { match: { method: 'TRACE' } } })[0]?.text ?? '',
      /refused before any policy/,
    )
  })

  test('a route that more specific ones leave nothing', () => {
    const [warning, ...others] = warningsOf({ all: {}, rest: { match: { path: '/*' } } })
    assert.deepEqual(others, [])
    assert.ok(warning !== undefined)
    assert.equal(warning.route, 'all')
    assert.equal(warning.where, 'all.ts')
    assert.match(warning.text, /takes no request: '?\*\/\* of 'rest' takes all of them/)
  })

  test('an empty list, which takes everything', () => {
    assert.match(warningsOf({ a: { match: { path: [] } } })[0]?.text ?? '', /^match\.path is empty/)
  })
})

describe('no warning is given', () => {
  test('where the policy makes the value itself, or says that it has its reasons', async () => {
    assert.deepEqual(
      await loadedWarnings(
        policy(
          '  recv({ request }) {',
          "    normaliseLanguage(request, ['en', 'de'])",
          "    request.headers.set('x-class', 'a')",
          '  },',
          '  hash({ request, key }) {',
          "    key.add(request.headers.get('accept-language') ?? '')",
          "    key.add(request.headers.get('x-class') ?? '')",
          '  },',
          '  originResponse({ response }) {',
          '    // The cookie names the data centre. lint-ok: set-cookie-stored',
          "    response.storeDespite('set-cookie')",
          '  },',
        ),
      ),
      [],
    )
  })

  test('for routes of which each has requests of its own', () => {
    assert.deepEqual(
      warningsOf({
        all: {},
        host: { match: { host: 'a.test' } },
        wildcard: { match: { host: '*.a.test' } },
        user: { match: { path: '/users/:id' } },
        users: { match: { path: '/users/*' } },
        me: { match: { path: '/users/me', method: 'GET' } },
        mine: { match: { path: '/users/me' } },
      }),
      [],
    )
  })

  test('for any of the worked policies', async () => {
    const folder = join(import.meta.dirname, '../../policies/examples')
    for (const file of readdirSync(folder).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    )) {
      const { warnings } = await loadPolicies([join(folder, file)], `lint ${file}`)
      assert.deepEqual(warnings, [], file)
    }
  })
})
