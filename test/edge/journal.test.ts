/** The journal: what it remembers of transactions that were no hits, and how long. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Journal } from '../../src/engine/journal.ts'
import type { JudgedResponse, Trace } from '../../src/engine/trace.ts'

type Watched = Parameters<Journal['begin']>[0]

function watched(target: string, over: { readonly key?: string; readonly method?: string } = {}): Watched {
  const { key = `http://shop.example${target}`, method = 'GET' } = over
  return {
    exchange: { method, scheme: 'http', authority: 'shop.example', target, receivedAt: 1000 },
    route: { name: 'shöp' },
    clock: { now: () => 1007, wall: () => Date.UTC(2026, 0, 1) + 7 },
    key,
    ...{ fwd: 'uri-miss', outcome: 'miss', reason: '' },
  }
}

const ENDED = { kind: 'finished', outcome: 'miss', reason: '', status: 200, end: 'complete' } as const

function ended(journal: Journal, target: string, over?: Parameters<typeof watched>[1]): Trace {
  const trace = journal.begin(watched(target, over))
  trace.note(ENDED)
  return trace
}

const JUDGED: JudgedResponse = {
  status: 200,
  fields: [['cache-control', 'private,\tno-store']],
  ...{ lifetimeMs: 0, lifetimeFrom: 'none', control: 'cache-control' },
  forbidding: ['no-store', 'private'],
}

describe('the journal', () => {
  test('remembers what a transaction told, in order', () => {
    const journal = new Journal(4)
    const trace = journal.begin(watched('/a'))
    trace.note({ kind: 'hook', hook: 'originResponse', from: 'shop', verdict: null })
    trace.note({ kind: 'fetched', status: 200 })
    trace.note({ kind: 'judged', response: JUDGED })
    trace.note({ kind: 'not-stored', why: 'no-store' })
    trace.note(ENDED)
    assert.deepEqual(journal.find('http://shop.example/a', null), [
      {
        ...{ at: '2026-01-01T00:00:00.000Z', method: 'GET', url: 'http://shop.example/a', route: 'shöp' },
        ...{ key: 'http://shop.example/a', fwd: 'uri-miss', outcome: 'miss', reason: '', status: 200 },
        ...{ end: 'complete', durationMs: 7, response: JUDGED, unstored: 'no-store' },
        events: [
          { atMs: 7, kind: 'hook', hook: 'originResponse', text: 'shop: decides nothing' },
          { atMs: 7, kind: 'fetched', text: 'status 200' },
          { atMs: 7, kind: 'not-stored', text: 'no-store' },
        ],
      },
    ])
  })

  test('of several responses that were judged, the last one counts', () => {
    const journal = new Journal(1)
    const trace = journal.begin(watched('/a'))
    trace.note({ kind: 'judged', response: { ...JUDGED, fields: [['etag', '"1"']] } })
    trace.note({ kind: 'judged', response: JUDGED })
    trace.note(ENDED)
    assert.deepEqual(journal.find('http://shop.example/a', null)[0]?.response, JUDGED)
  })

  test('an entry is bounded, whatever an origin says', () => {
    const journal = new Journal(1)
    const trace = journal.begin(watched('/a'))
    const fields = Array.from({ length: 256 }, (_, i) => [`x-${i}`, 'v'.repeat(256)] as const)
    trace.note({ kind: 'judged', response: { ...JUDGED, fields } })
    trace.note(ENDED)
    const [entry] = journal.find('http://shop.example/a', null)
    assert.equal(entry?.status, 200)
    const kept = entry.response!.fields
    assert.ok(kept.length < 256)
    assert.deepEqual(kept, fields.slice(0, kept.length))
  })

  test('finds those of a URL and a method, the newest first, and none of a longer URL', () => {
    const journal = new Journal(8)
    ended(journal, '/a')
    ended(journal, '/a', { method: 'HEAD' })
    ended(journal, '/a/b')
    const methods = journal.find('http://shop.example/a', null).map(({ method }) => method)
    assert.deepEqual(methods, ['HEAD', 'GET'])
    assert.equal(journal.find('http://shop.example/a', 'GET').length, 1)
    assert.equal(journal.find('http://shop.example/', null).length, 0)
  })

  test('forgets the oldest first', () => {
    const journal = new Journal(3)
    const targets = ['/1', '/2', '/3', '/4']
    for (const target of targets) ended(journal, target)
    assert.equal(journal.size, 3)
    const found = targets.map((target) => journal.find(`http://shop.example${target}`, null).length)
    assert.deepEqual(found, [0, 1, 1, 1])
  })

  test('learns what a fetch brings after its request has ended, unless it has been forgotten', () => {
    const journal = new Journal(2)
    const trace = ended(journal, '/a')
    trace.note({ kind: 'fetched', status: 304 })
    assert.deepEqual(journal.find('http://shop.example/a', null)[0]?.events, [
      { atMs: 7, kind: 'fetched', text: 'status 304' },
    ])
    ended(journal, '/b')
    ended(journal, '/c')
    trace.note({ kind: 'fetched', status: 200 })
    assert.equal(journal.find('http://shop.example/a', null).length, 0)
    assert.deepEqual(journal.find('http://shop.example/c', null)[0]?.events, [])
  })

  test('cuts a long URL, by which it is found all the same, and then has room for a short one', () => {
    const journal = new Journal(1)
    const long = `/${'x'.repeat(5000)}`
    ended(journal, long)
    assert.equal(journal.find(`http://shop.example${long}`, null)[0]?.url.length, 2048)
    ended(journal, '/a')
    assert.equal(journal.find('http://shop.example/a', null)[0]?.key, 'http://shop.example/a')
  })

  test('tells neither secrets of a query nor what a policy put into the key', () => {
    const journal = new Journal(1)
    ended(journal, '/a?token=hidden', { key: 'http://shop.example/a?token=hidden\n6:hidden' })
    const [entry] = journal.find('http://shop.example/a?token=hidden', null)
    assert.doesNotMatch(JSON.stringify(entry), /hidden/)
    assert.match(entry?.key ?? '', /\(6 characters\)$/)
  })

  test('a line break or a tab in what a policy named breaks no entry', () => {
    const journal = new Journal(1)
    const trace = journal.begin(watched('/a'))
    trace.note({ kind: 'fetch', origin: 'a\nstatus\t500', method: 'GET', url: '', background: false })
    trace.note(ENDED)
    const [entry] = journal.find('http://shop.example/a', null)
    assert.equal(entry?.status, 200)
    assert.equal(entry.events[0]?.text, 'GET from a status 500')
  })

  test('does not tell that the default policy went the ordinary way, but where it did otherwise', () => {
    const journal = new Journal(1)
    const trace = journal.begin(watched('/a'))
    trace.note({ kind: 'hook', hook: 'miss', from: 'builtin', verdict: { kind: 'fetch' } })
    trace.note({ kind: 'hook', hook: 'originError', from: 'builtin', verdict: { kind: 'abandon' } })
    trace.note(ENDED)
    const [entry] = journal.find('http://shop.example/a', null)
    assert.deepEqual(
      entry?.events.map(({ text }) => text),
      ['builtin: abandon()'],
    )
  })
})
