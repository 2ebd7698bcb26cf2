import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  clientKey,
  cookie,
  deviceClass,
  dropCookies,
  pass,
  route,
  split,
  type RouteDefinition,
} from '../../src/policy/api.ts'
import { testEdge } from '../../src/testing/api.ts'

/** `lint: hook of route` of each warning that one GET of /a gives rise to. */
async function warned(
  definition: RouteDefinition,
  headers: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const edge = testEdge(route({ name: 'r', ...definition }), { origins: ['default', 'other'] })
  edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'x')
  edge.get('/a', { headers })
  await edge.settled()
  const before = edge.origin.requests.length
  const warnings = await edge.warnings()
  assert.equal(edge.origin.requests.length, before, 'the edge of the test is left alone')
  return warnings.map(({ lint, where }) => `${lint}: ${where}`)
}

describe('a read that neither key nor Vary names', () => {
  test('is warned of where it chooses what is stored', async () => {
    const found = await warned({
      originResponse({ request, response }) {
        if (request.headers.get('X-Country') !== undefined) response.headers.set('X-Prices', 'in euro')
      },
    })
    assert.deepEqual(found, ['unkeyed-read: originResponse of r'])
  })

  test('is warned of where it chooses the origin, by a cookie that the policy names', async () => {
    const found = await warned({
      recv({ request }) {
        if (cookie(request, 'version') === 'canary') request.origin = 'other'
        dropCookies(request)
      },
    })
    assert.deepEqual(found, ['unkeyed-read: recv of r'])
  })

  test('is warned of where it changes what the origin is asked, behind the key', async () => {
    const found = await warned({
      originRequest({ request }) {
        request.headers.set(
          'x-device',
          /Mobile/.test(request.headers.get('user-agent') ?? '') ? 'phone' : 'desk',
        )
      },
    })
    assert.deepEqual(found, ['unkeyed-read: originRequest of r'])
  })

  test('is not taken for what is different each time anyway', async () => {
    let count = 0
    const found = await warned({
      originResponse({ request, response }) {
        if (request.headers.has('X-Traced')) return
        response.headers.set('X-Fetch-Id', String(count++))
      },
    })
    assert.deepEqual(found, [])
  })

  test('is warned of in an asynchronous hook, and of the address of the client', async () => {
    const found = await warned({
      async recv({ request }) {
        const address = await Promise.resolve(request.client.address)
        if (address.startsWith('10.')) request.origin = 'other'
      },
    })
    assert.deepEqual(found, ['unkeyed-read: recv of r'])
  })

  test('is nothing to warn of where the key has what depends on it', async () => {
    const version = (request: Parameters<typeof cookie>[0] & Parameters<typeof clientKey>[0]) =>
      cookie(request, 'version') === 'canary' ? 'canary' : split(clientKey(request), { stable: 9, canary: 1 })
    const found = await warned({
      recv({ request }) {
        request.origin = version(request) === 'canary' ? 'other' : 'default'
      },
      hash({ request, key }) {
        key.add(version(request))
      },
    })
    assert.deepEqual(found, [])
  })

  test('is nothing to warn of where it only decides what is passed, or concerns one client', async () => {
    const found = await warned(
      {
        recv({ request }) {
          return cookie(request, 'session') === undefined ? undefined : pass('logged-in')
        },
        deliver({ request, response }) {
          response.headers.set('x-for', request.headers.get('x-name') ?? '')
        },
      },
      { 'x-name': 'me' },
    )
    assert.deepEqual(found, [])
  })
})

describe('a key of what visitors send', () => {
  test('is warned of, however it comes there', async () => {
    const found = await warned({
      recv({ request, scratch }) {
        Object.assign(scratch, { theme: (cookie(request, 'theme') ?? '').toUpperCase() })
      },
      hash({ key, scratch }) {
        key.add(String((scratch as { theme?: string }).theme))
      },
    })
    assert.deepEqual(found, ['unbounded-key: recv of r'])
  })

  test('is nothing to warn of where there are few values', async () => {
    assert.deepEqual(await warned({ hash: ({ request, key }) => key.add(deviceClass(request)) }), [])
  })
})
