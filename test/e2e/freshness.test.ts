// Freshness, parsing and targeted fields, end to end: the same request twice; is the second one a hit?
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatHttpDate } from '../../src/http/date.ts'
import { Stage, isHit, type Reply } from './stage.ts'

type Line = readonly [string, string]
const cc = (value: string): Line => ['Cache-Control', value]
const inTime = (seconds: number): string => formatHttpDate(Date.now() + seconds * 1000)
const DATE: Line = ['Date', inTime(0)]
const MODIFIED: Line = ['Last-Modified', inTime(-100_000)]
const FUTURE = new Date(Date.now() + 3_600_000)
const [, day, month, year, time] = FUTURE.toUTCString().split(' ') as [string, string, string, string, string]
const longDay = FUTURE.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
const shortDay = longDay.slice(0, 3)

const reused: readonly (readonly [what: string, reply: Reply])[] = [
  ['s-maxage over max-age', { fields: [cc('max-age=60, s-maxage=200'), ['Age', '100']] }],
  ['max-age over Expires', { fields: [cc('max-age=60'), ['Expires', '0']] }],
  ['the first of two max-age', { fields: [cc('max-age=200, max-age=60'), ['Age', '100']] }],
  ['an overflowing max-age', { fields: [cc('max-age=99999999999999999999'), ['Age', '100']] }],
  ['a quoted number', { fields: [cc('max-age="60"')] }],
  ['upper case', { fields: [cc('MAX-AGE=60')] }],
  ['tabs, blanks and empty members', { fields: [cc(',\t max-age=60 ,,')] }],
  ['unknown directives', { fields: [cc('foo=1, max-age=60, bar="no-store"')] }],
  ['a directive inside a quoted string', { fields: [cc('max-age=60, ext="a, no-store, b"')] }],
  ['several lines', { fields: [cc('foo'), cc('max-age=60')] }],
  ['an Age that is no number', { fields: [cc('max-age=60'), ['Age', '-100']] }],
  ['a float in Age', { fields: [cc('max-age=60'), ['Age', '100.5']] }],
  ['the first of a list in Age', { fields: [cc('max-age=60'), ['Age', '0, 100']] }],
  ['Expires as IMF-fixdate', { fields: [DATE, ['Expires', FUTURE.toUTCString()]] }],
  [
    'Expires as rfc850-date',
    { fields: [['Expires', `${longDay}, ${day}-${month}-${year.slice(2)} ${time} GMT`]] },
  ],
  [
    'Expires as asctime-date',
    { fields: [['Expires', `${shortDay} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`]] },
  ],
  ['Expires without Date', { fields: [['Expires', FUTURE.toUTCString()]], dated: false }],
  ['heuristic freshness for 200', { fields: [MODIFIED] }],
  ['heuristic freshness for 410', { status: 410, fields: [MODIFIED] }],
  ['heuristic freshness with public for 403', { status: 403, fields: [MODIFIED, cc('public')] }],
  ['an unknown final status with explicit freshness', { status: 599, fields: [cc('max-age=60')] }],
  ['a provoked error with explicit freshness', { status: 431, fields: [cc('max-age=60')] }],
  ['must-understand over no-store', { fields: [cc('no-store, must-understand, max-age=60')] }],
  ['Pragma in a response means nothing', { fields: [cc('max-age=60'), ['Pragma', 'no-cache']] }],
  ['Content-Disposition changes nothing', { fields: [MODIFIED, ['Content-Disposition', 'attachment']] }],
  ['CDN-Cache-Control over Cache-Control', { fields: [['CDN-Cache-Control', 'max-age=60'], cc('no-store')] }],
  [
    'Lacquer-Cache-Control over CDN-Cache-Control',
    {
      fields: [
        ['Lacquer-Cache-Control', 'max-age=60'],
        ['CDN-Cache-Control', 'no-store'],
      ],
    },
  ],
  [
    'a CDN-Cache-Control that does not parse is ignored',
    { fields: [['CDN-Cache-Control', 'max-age=60,,'], cc('max-age=60')] },
  ],
  ['Surrogate-Control', { fields: [['Surrogate-Control', 'max-age=60, content="ESI/1.0"'], cc('no-store')] }],
]

const notReused: readonly (readonly [what: string, reply: Reply])[] = [
  ['what says nothing', {}],
  ['s-maxage over max-age', { fields: [cc('max-age=200, s-maxage=60'), ['Age', '100']] }],
  ['an invalid max-age beside Expires', { fields: [cc('max-age=x'), ['Expires', FUTURE.toUTCString()]] }],
  ['a negative max-age beside Last-Modified', { fields: [cc('max-age=-1'), MODIFIED] }],
  ['a float', { fields: [cc('max-age=60.5')] }],
  ['the first of two max-age', { fields: [cc('max-age=60, max-age=200'), ['Age', '100']] }],
  ['no-store on another line', { fields: [cc('max-age=60'), cc('No-Store')] }],
  ['no-store with an argument', { fields: [cc('max-age=60, no-store=x')] }],
  ['no-store behind a semicolon', { fields: [cc('max-age=60; no-store')] }],
  ['an Age over the lifetime', { fields: [cc('max-age=60'), ['Age', '60']] }],
  ['an overflowing Age', { fields: [cc('max-age=99999999999'), ['Age', '99999999999']] }],
  ['the first of a list in Age', { fields: [cc('max-age=60'), ['Age', '100, 0']] }],
  ['a Date in the past', { fields: [cc('max-age=60'), ['Date', inTime(-100)]] }],
  ['Expires equal to Date', { fields: [DATE, ['Expires', DATE[1]]] }],
  ...[
    '0',
    '-1',
    inTime(3600).replace('GMT', 'EST'),
    `${inTime(3600)} x`,
    inTime(3600).replace(/ \d/, ' '),
  ].map(
    (expires) =>
      [
        `Expires: ${expires.replace(/\d\d:.*/, '...')}`,
        { fields: [['Expires', expires], MODIFIED] },
      ] as const,
  ),
  ['heuristic freshness for 302', { status: 302, fields: [MODIFIED] }],
  ['a provoked error without explicit freshness', { status: 414, fields: [MODIFIED] }],
  ['must-understand with an unknown status', { status: 299, fields: [cc('must-understand, max-age=60')] }],
  ['CDN-Cache-Control: no-store', { fields: [['CDN-Cache-Control', 'no-store'], cc('max-age=60')] }],
  ['Surrogate-Control: no-store', { fields: [['Surrogate-Control', 'no-store'], cc('max-age=60')] }],
]

test('freshness, parsing and targeted fields', async (t) => {
  const stage = await Stage.open(t)
  const cases = [
    ...reused.map(([what, reply]) => ({ what, reply, expected: true })),
    ...notReused.map(([what, reply]) => ({ what, reply, expected: false })),
  ]
  for (const [i, { what, reply, expected }] of cases.entries()) {
    await t.test(`${expected ? 'reused' : 'not reused'}: ${what}`, async () => {
      const path = `/${i}`
      stage.script(path, reply)
      const first = await stage.get(path)
      const second = await stage.get(path)
      assert.equal(isHit(first), false)
      assert.equal(isHit(second), expected, String(second.headers['cache-status']))
      assert.equal(stage.asked(path), expected ? 1 : 2)
      assert.equal(second.text, `${path} ${expected ? 1 : 2}`)
      assert.equal(second.status, reply.status ?? 200)
      if (expected) assert.match(second.headers.age ?? '', /^\d+$/)
    })
  }
})

test('a targeted field is passed on, Surrogate-Control is not', async (t) => {
  const stage = await Stage.open(t)
  stage.script('/', {
    fields: [
      ['CDN-Cache-Control', 'max-age=60'],
      ['Surrogate-Control', 'max-age=60'],
    ],
  })
  for (const { headers } of [await stage.get('/'), await stage.get('/')]) {
    assert.equal(headers['cdn-cache-control'], 'max-age=60')
    assert.equal(headers['surrogate-control'], undefined)
  }
})

test('explicit freshness is for requests with a Cookie, too; another query is another target', async (t) => {
  const stage = await Stage.open(t)
  stage.script('/?a', { fields: [cc('max-age=60')] })
  await stage.get('/?a', { cookie: 'a=1' })
  assert.equal(isHit(await stage.get('/?a', { cookie: 'a=2' })), true)
  for (const other of ['/?b', '/?a=', '/?A', '/']) assert.equal(isHit(await stage.get(other)), false)
})

test('a request with a Cookie gets no heuristic freshness, and everything with it', async (t) => {
  const stage = await Stage.open(t)
  stage.script('/', { fields: [MODIFIED] })
  await stage.get('/', { cookie: 'a=1' })
  assert.equal(isHit(await stage.get('/', { cookie: 'a=1' })), false)
  assert.equal(isHit(await stage.get('/')), false)
  assert.equal(isHit(await stage.get('/')), true)
})

test('immutable is not validated for a reload with max-age=0', async (t) => {
  const stage = await Stage.open(t)
  stage.script('/', { fields: [cc('max-age=200, immutable'), ['Age', '100']] })
  await stage.get('/')
  assert.equal(isHit(await stage.get('/', { 'cache-control': 'max-age=0' })), true)
})
