// Validation and staleness, shared-cache safety, partial content and the rest, end to end.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { Stage, isHit, status } from './stage.ts'

const STALE = [
  ['Age', '100'],
  ['ETag', '"1"'],
] as const

test('validation', async (t) => {
  const stage = await Stage.open(t)

  await t.test('a stale response is confirmed by a 304, which updates its head', async () => {
    stage.script('/', (request) =>
      request.headers['if-none-match'] === '"1"'
        ? {
            status: 304,
            fields: [
              ['ETag', '"1"'],
              ['Cache-Control', 'max-age=60'],
              ['X-A', 'new'],
            ],
          }
        : { fields: [['Cache-Control', 'max-age=60'], ...STALE, ['X-A', 'old']] },
    )
    await stage.get('/')
    const second = await stage.get('/')
    assert.match(status(second), /fwd=stale; fwd-status=304/)
    assert.equal(second.text, '/ 1')
    assert.equal(second.headers['x-a'], 'new')
    const third = await stage.get('/')
    assert.equal(isHit(third), true)
    assert.equal(third.headers['x-a'], 'new')
  })

  await t.test('Last-Modified validates, too', async () => {
    const modified = 'Thu, 01 Jan 2026 00:00:00 GMT'
    stage.script('/lm', (request) =>
      request.headers['if-modified-since'] === modified
        ? { status: 304 }
        : {
            fields: [
              ['Cache-Control', 'max-age=60'],
              ['Age', '100'],
              ['Last-Modified', modified],
            ],
          },
    )
    await stage.get('/lm')
    assert.equal((await stage.get('/lm')).text, '/lm 1')
  })

  await t.test('another representation replaces it', async () => {
    stage.script('/new', (_, count) => ({
      fields: [
        ['Cache-Control', 'max-age=60'],
        ['Age', '100'],
        ['ETag', `"${count}"`],
      ],
    }))
    await stage.get('/new')
    assert.equal((await stage.get('/new')).text, '/new 2')
  })

  await t.test(
    'a client that has it is told so: If-None-Match, If-Modified-Since, and which of them counts',
    async () => {
      const modified = 'Thu, 01 Jan 2026 00:00:00 GMT'
      stage.script('/have', {
        fields: [
          ['Cache-Control', 'max-age=60'],
          ['ETag', 'W/"1"'],
          ['Last-Modified', modified],
          ['Content-Type', 'text/plain'],
        ],
      })
      await stage.get('/have')
      for (const [headers, expected] of [
        [{ 'if-none-match': '"0", "1"' }, 304],
        [{ 'if-none-match': '*' }, 304],
        [{ 'if-none-match': '"2"' }, 200],
        [{ 'if-none-match': '"2"', 'if-modified-since': modified }, 200],
        [{ 'if-modified-since': modified }, 304],
        [{ 'if-modified-since': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 200],
      ] as const) {
        const answer = await stage.get('/have', headers)
        assert.equal(answer.status, expected, JSON.stringify(headers))
        assert.equal(isHit(answer), true)
        assert.equal(answer.headers.etag, 'W/"1"')
        assert.equal(answer.headers['cache-control'], 'max-age=60')
        if (expected === 304) assert.equal(answer.headers['content-type'], undefined)
      }
    },
  )
})

test('stale', async (t) => {
  const stage = await Stage.open(t)

  await t.test('stale-while-revalidate: served, and refreshed once in the background', async () => {
    stage.script('/swr', (_, count) => ({
      fields: [
        ['Cache-Control', 'max-age=60, stale-while-revalidate=100'],
        ['Age', count === 1 ? '100' : '0'],
      ],
    }))
    await stage.get('/swr')
    const stale = await stage.get('/swr')
    assert.equal(stale.text, '/swr 1')
    assert.ok(Number(stale.headers.age) >= 100)
    await stage.untilAsked('/swr', 2)
    let fresh = await stage.get('/swr')
    while (fresh.text === '/swr 1') fresh = await stage.get('/swr')
    assert.equal(fresh.text, '/swr 2')
    assert.equal(stage.asked('/swr'), 2)
  })

  await t.test('stale-while-revalidate: not outside of its window', async () => {
    stage.script('/over', {
      fields: [
        ['Cache-Control', 'max-age=60, stale-while-revalidate=30'],
        ['Age', '100'],
      ],
    })
    await stage.get('/over')
    assert.equal((await stage.get('/over')).text, '/over 2')
  })

  const FAILURES = [500, 502, 503, 504, 'hang-up'] as const
  for (const failure of FAILURES) {
    await t.test(
      `stale-if-error: ${failure} has the stale response served, inside the window alone`,
      async () => {
        for (const [window, served] of [
          [100, true],
          [30, false],
        ] as const) {
          const path = `/sie-${failure}-${window}`
          stage.script(path, (_, count) => {
            if (count > 1) return failure === 'hang-up' ? failure : { status: failure }
            return {
              fields: [
                ['Cache-Control', `max-age=60, stale-if-error=${window}`],
                ['Age', '100'],
              ],
            }
          })
          await stage.get(path)
          const answer = await stage.get(path)
          assert.equal(answer.status === 200, served)
          if (served) assert.equal(answer.text, `${path} 1`)
        }
      },
    )
  }

  await t.test(
    'must-revalidate and proxy-revalidate forbid staleness: 504 where the origin is gone',
    async () => {
      for (const directive of ['must-revalidate', 'proxy-revalidate']) {
        const path = `/${directive}`
        stage.script(path, {
          fields: [['Cache-Control', `max-age=60, stale-if-error=100, ${directive}`], ...STALE],
        })
        await stage.get(path)
      }
      await stage.closeOrigin()
      for (const path of ['/must-revalidate', '/proxy-revalidate'])
        assert.equal((await stage.get(path)).status, 504)
    },
  )
})

test('shared-cache safety', async (t) => {
  const stage = await Stage.open(t)
  const cases: readonly (readonly [string, string, Record<string, string>, boolean])[] = [
    ['Authorization', 'max-age=60', { authorization: 'Basic x' }, false],
    ['Authorization, public', 'public, max-age=60', { authorization: 'Basic x' }, true],
    ['Authorization, s-maxage', 's-maxage=60', { authorization: 'Basic x' }, true],
    ['Authorization, must-revalidate', 'max-age=60, must-revalidate', { authorization: 'Basic x' }, true],
    ['private', 'private, max-age=60', {}, false],
    ['private with a list', 'private="x-a", max-age=60', {}, false],
    ['no-cache with a list', 'no-cache="x-a", max-age=60', {}, false],
  ]
  for (const [i, [what, control, headers, hit]] of cases.entries()) {
    await t.test(`${what}: ${hit ? 'reused' : 'not reused'}`, async () => {
      stage.script(`/${i}`, { fields: [['Cache-Control', control]] })
      await stage.get(`/${i}`, headers)
      assert.equal(isHit(await stage.get(`/${i}`, headers)), hit)
    })
  }

  await t.test('what was stored for strangers is not for those who authenticate', async () => {
    stage.script('/strangers', { fields: [['Cache-Control', 'max-age=60']] })
    await stage.get('/strangers')
    assert.equal(isHit(await stage.get('/strangers', { authorization: 'Basic x' })), false)
    assert.equal(isHit(await stage.get('/strangers')), true)
  })

  await t.test('Set-Cookie is stored where the response is said to be shared', async () => {
    for (const [path, control, hit] of [
      ['/cookie', 'max-age=60', false],
      ['/cookie-public', 'public, max-age=60', true],
    ] as const) {
      stage.script(path, {
        fields: [
          ['Cache-Control', control],
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ],
      })
      await stage.get(path)
      const answer = await stage.get(path)
      assert.equal(isHit(answer), hit)
      assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2'])
    }
  })

  await t.test(
    'what Connection nominates is neither stored nor passed on; the rest is, in order, repeats kept',
    async () => {
      stage.script('/fields', {
        fields: [
          ['X-B', '1'],
          ['Cache-Control', 'max-age=60'],
          ['X-Hop', '1'],
          ['X-A', '2'],
          ['X-B', '3'],
          ['Connection', 'x-hop, keep-alive'],
        ],
      })
      await stage.get('/fields')
      const raw = await rawGet(stage.port, '/fields')
      assert.doesNotMatch(raw, /x-hop/i)
      assert.match(raw, /X-B: 1\r\nCache-Control: max-age=60\r\nX-A: 2\r\nX-B: 3\r\n/)
      assert.match(raw, /; hit/)
    },
  )
})

test('partial content from a stored whole', async (t) => {
  const stage = await Stage.open(t)
  stage.script('/', {
    fields: [
      ['Cache-Control', 'max-age=60'],
      ['ETag', '"1"'],
    ],
    body: '0123456789',
  })
  await stage.get('/')
  for (const [range, expected, content] of [
    ['bytes=2-4', 206, '234'],
    ['bytes=7-', 206, '789'],
    ['bytes=-2', 206, '89'],
    ['bytes=20-', 416, null],
    ['lines=1-2', 200, '0123456789'],
  ] as const) {
    await t.test(range, async () => {
      const answer = await stage.get('/', { range })
      assert.equal(answer.status, expected)
      if (content !== null) assert.equal(answer.text, content)
      if (expected === 416) assert.equal(answer.headers['content-range'], 'bytes */10')
    })
  }
  await t.test('several ranges', async () => {
    const answer = await stage.get('/', { range: 'bytes=0-1, 8-9' })
    assert.equal(answer.status, 206)
    assert.match(answer.headers['content-type'] ?? '', /^multipart\/byteranges; boundary=/)
    assert.match(answer.text, /Content-Range: bytes 8-9\/10\r\n\r\n89\r\n/i)
  })
  await t.test('If-Range', async () => {
    assert.equal((await stage.get('/', { range: 'bytes=0-1', 'if-range': '"1"' })).status, 206)
    assert.equal((await stage.get('/', { range: 'bytes=0-1', 'if-range': '"2"' })).status, 200)
    assert.equal((await stage.get('/', { range: 'bytes=0-1', 'if-range': 'W/"1"' })).status, 200)
  })
  assert.equal(stage.asked('/'), 1)
})

test('also', async (t) => {
  const stage = await Stage.open(t)

  await t.test('Date is added where it is missing, and kept with what is stored', async () => {
    stage.script('/dateless', { fields: [['Cache-Control', 'max-age=60']], dated: false })
    const first = await stage.get('/dateless')
    const second = await stage.get('/dateless')
    assert.match(first.headers.date ?? '', / GMT$/)
    assert.equal(isHit(second), true)
    assert.ok(Math.abs(Date.parse(second.headers.date ?? '') - Date.parse(first.headers.date ?? '')) <= 1000)
  })

  await t.test('Cache-Status is put behind what inner caches wrote', async () => {
    stage.script('/status', {
      fields: [
        ['Cache-Control', 'max-age=60'],
        ['Cache-Status', 'inner; hit'],
      ],
    })
    assert.match(
      status(await stage.get('/status')),
      /^inner; hit, lacquer; fwd=uri-miss; fwd-status=200; .*stored/,
    )
    assert.match(status(await stage.get('/status')), /^inner; hit, lacquer; hit; ttl=/)
  })

  await t.test('1xx reach the client and are not stored', async () => {
    stage.script('/hints', { fields: [['Cache-Control', 'max-age=60']], hints: true })
    assert.match(await rawGet(stage.port, '/hints'), /^HTTP\/1\.1 103 .*HTTP\/1\.1 200 /s)
    assert.match(await rawGet(stage.port, '/hints'), /^HTTP\/1\.1 200 .*; hit/s)
  })

  await t.test('content codings are left as they are', async () => {
    stage.script('/coded', {
      fields: [
        ['Cache-Control', 'max-age=60'],
        ['Content-Encoding', 'x-none'],
      ],
      body: 'as is',
    })
    await stage.get('/coded')
    const answer = await stage.get('/coded')
    assert.equal(answer.headers['content-encoding'], 'x-none')
    assert.equal(answer.text, 'as is')
  })

  await t.test('Cache-Groups: one unsafe request invalidates a group', async () => {
    for (const path of ['/one', '/two']) {
      stage.script(path, {
        fields: [
          ['Cache-Control', 'max-age=60'],
          ['Cache-Groups', '"a", "b"'],
        ],
      })
      await stage.get(path)
    }
    stage.script('/change', { fields: [['Cache-Group-Invalidation', '"b"']] })
    await stage.visit('/change', { method: 'POST', body: 'x' })
    assert.equal(isHit(await stage.get('/one')), false)
    assert.equal(isHit(await stage.get('/two')), false)
  })

  await t.test('simultaneous misses make one fetch', async () => {
    stage.script('/crowd', { fields: [['Cache-Control', 'max-age=60']] })
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.get('/crowd')))
    assert.equal(stage.asked('/crowd'), 1)
    assert.ok(answers.every(({ text }) => text === '/crowd 1'))
  })
})

/** Everything that comes for one GET, as it is on the wire. */
function rawGet(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.once('error', reject)
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n`)
  })
}
