/** `scratch`: a transaction's own values, of a type that the route says. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pass, restart, retry, route, synth } from 'lacquer-cache'
import { testEdge } from 'lacquer-cache/testing'

const FRESH = { 'cache-control': 'max-age=60' }

test('all hooks of a transaction share it, those of its fetch included', () => {
  const edge = testEdge(
    route({
      scratch: () => ({ seen: [] as string[] }),
      recv: ({ scratch }) => void scratch.seen.push('recv'),
      hash: ({ scratch }) => void scratch.seen.push('hash'),
      miss: ({ scratch }) => void scratch.seen.push('miss'),
      originRequest: ({ scratch }) => void scratch.seen.push('originRequest'),
      originResponse: ({ scratch }) => void scratch.seen.push('originResponse'),
      deliver({ scratch, response }) {
        scratch.seen.push('deliver')
        response.headers.set('X-Seen', scratch.seen.join(' '))
      },
    }),
  )
  edge.origin.respond(200, FRESH)
  edge.get('/a').expect({
    headers: { 'x-seen': 'recv hash miss originRequest originResponse deliver' },
  })
  edge.get('/a').expect({ outcome: 'hit', headers: { 'x-seen': 'recv hash deliver' } })
})

test('it survives restarts and retries', () => {
  const edge = testEdge(
    route({
      scratch: () => ({ tries: 0 }),
      recv({ scratch }) {
        scratch.tries++
        return scratch.tries < 3 ? restart() : undefined
      },
      originResponse({ scratch, request }) {
        scratch.tries++
        return request.retries === 0 ? retry() : undefined
      },
      deliver: ({ scratch, response }) => response.headers.set('X-Tries', String(scratch.tries)),
    }),
  )
  edge.origin.respond(200, FRESH)
  edge.get('/a').expect({ status: 200, headers: { 'x-tries': '5' } })
})

test('each transaction has its own', () => {
  const edge = testEdge(
    route({
      scratch: () => ({ count: 0 }),
      recv: ({ scratch }) => synth(200, { body: String(++scratch.count) }),
    }),
  )
  edge.get('/a').expect({ body: '1' })
  edge.get('/a').expect({ body: '1' })
})

test('it is made only where a hook looks at it, and once', () => {
  let made = 0
  const edge = testEdge(
    route({
      scratch: () => ({ a: ++made }),
      deliver(at) {
        if (at.request.path === '/look') at.response.headers.set('X-A', String(at.scratch.a + at.scratch.a))
      },
    }),
  )
  edge.origin.respond(200, FRESH)
  edge.get('/a')
  assert.equal(made, 0)
  edge.get('/look').expect({ headers: { 'x-a': '2' } })
  assert.equal(made, 1)
})

describe('a restart that leads to another route', () => {
  test('gives that one its own scratch, and the first one’s back on the way back', () => {
    const edge = testEdge([
      route({
        match: { path: '/a' },
        scratch: () => ({ name: 'a', visits: 0 }),
        recv({ request, scratch }) {
          if (++scratch.visits === 2) return synth(200, { body: `${scratch.name} ${scratch.visits}` })
          request.url = '/b'
          return restart()
        },
      }),
      route({
        match: { path: '/b' },
        scratch: () => ({ visits: 10 }),
        recv({ request, scratch }) {
          assert.deepEqual(scratch, { visits: 10 })
          request.url = '/a'
          return restart()
        },
      }),
    ])
    edge.get('/a').expect({ body: 'a 2' })
  })

  test('shares it where neither says what it is', () => {
    const edge = testEdge([
      route({
        match: { path: '/a' },
        recv({ request, scratch }) {
          scratch['from'] = 'a'
          request.url = '/b'
          return restart()
        },
      }),
      route({ match: { path: '/b' }, recv: ({ scratch }) => synth(200, { body: String(scratch['from']) }) }),
    ])
    edge.get('/a').expect({ body: 'a' })
  })
})

describe('a scratch that can’t be made is an error of the hook that looks', () => {
  for (const [what, scratch, message] of [
    ['one that throws', () => JSON.parse('{') as object, /threw: /],
    ['one that is no object', () => 'a' as never, /scratch: it must make an object at once, and made string/],
    ['one that is null', () => null as never, /made null/],
    ['one that takes its time', () => Promise.resolve({}), /made a promise/],
  ] as const) {
    test(what, () => {
      const edge = testEdge(
        route({ scratch, recv: () => pass('x'), pass: (at) => void Object.keys(at.scratch) }),
      )
      edge.origin.respond(200)
      edge.get('/a').expect({ status: 503, reason: 'policy-pass' })
      assert.match(String(edge.log[0]?.detail['message']), message)
      assert.equal(edge.count('hookProblems', 'threw'), 1)
    })
  }

  test('what is no function does not load', () => {
    assert.throws(() => route({ scratch: {} as never }), /route: 'scratch' must be a function/)
  })
})
