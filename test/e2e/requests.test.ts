// Request directives, Vary, methods and invalidation, end to end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stage, isHit, status } from './stage.ts'

test('request directives', async (t) => {
  const stage = await Stage.open(t)
  // Fresh for 100 seconds more, 100 seconds old.
  stage.script('/fresh', {
    fields: [
      ['Cache-Control', 'max-age=200'],
      ['Age', '100'],
    ],
  })
  await stage.get('/fresh')
  for (const [directive, hit] of [
    ['min-fresh=50', true],
    ['min-fresh=150', false],
    ['max-age=150', true],
    ['max-age=50', false],
    ['max-age=0', false],
    ['no-cache', false],
    ['no-store', true],
    ['only-if-cached', true],
    ['foo', true],
  ] as const) {
    await t.test(`${directive}: ${hit ? 'from the store' : 'the origin is asked'}`, async () => {
      assert.equal(isHit(await stage.get('/fresh', { 'cache-control': directive })), hit)
    })
  }

  await t.test('Pragma: no-cache counts without Cache-Control alone', async () => {
    assert.equal(isHit(await stage.get('/fresh', { pragma: 'no-cache' })), false)
    assert.equal(isHit(await stage.get('/fresh', { pragma: 'no-cache', 'cache-control': 'foo' })), true)
  })

  await t.test('max-stale takes what is stale, as far as it says', async () => {
    stage.script('/stale', {
      fields: [
        ['Cache-Control', 'max-age=60'],
        ['Age', '100'],
        ['ETag', '"1"'],
      ],
    })
    await stage.get('/stale')
    assert.equal(isHit(await stage.get('/stale', { 'cache-control': 'max-stale=100' })), true)
    assert.equal(isHit(await stage.get('/stale', { 'cache-control': 'max-stale' })), true)
    assert.equal(isHit(await stage.get('/stale', { 'cache-control': 'max-stale=10' })), false)
  })

  await t.test('only-if-cached without a stored response is 504', async () => {
    assert.equal((await stage.get('/none', { 'cache-control': 'only-if-cached' })).status, 504)
    assert.equal(stage.asked('/none'), 0)
  })

  await t.test('no-store brings nothing into the store', async () => {
    stage.script('/unkept', { fields: [['Cache-Control', 'max-age=60']] })
    await stage.get('/unkept', { 'cache-control': 'no-store' })
    assert.equal(isHit(await stage.get('/unkept')), false)
  })
})

test('Vary', async (t) => {
  const stage = await Stage.open(t)
  const same: readonly (readonly [
    vary: string,
    first: Record<string, string>,
    second: Record<string, string>,
    hit: boolean,
  ])[] = [
    ['X-A', { 'x-a': '1' }, { 'x-a': '1' }, true],
    ['X-A', { 'x-a': '1' }, { 'x-a': '2' }, false],
    ['X-A', { 'x-a': '1' }, {}, false],
    ['X-A', {}, { 'x-a': '' }, false],
    ['X-A', {}, {}, true],
    ['x-a, X-B', { 'x-a': '1', 'x-b': '2' }, { 'x-b': '2', 'x-a': '1' }, true],
    ['x-a, X-B', { 'x-a': '1', 'x-b': '2' }, { 'x-a': '1', 'x-b': '3' }, false],
    ['*', {}, {}, false],
    ['X-A, *', { 'x-a': '1' }, { 'x-a': '1' }, false],
    ['Accept-Encoding', { 'accept-encoding': 'gzip, br' }, { 'accept-encoding': 'BR,gzip' }, true],
    ['Accept-Language', { 'accept-language': 'de, en;q=0.5' }, { 'accept-language': 'en; q=0.50,de' }, true],
    ['Accept', { accept: 'text/html' }, { accept: 'text/plain' }, false],
  ]
  for (const [i, [vary, first, second, hit]] of same.entries()) {
    const told = `${vary}: ${JSON.stringify(first)} and ${JSON.stringify(second)}`
    await t.test(`${told} ${hit ? 'match' : 'do not match'}`, async () => {
      stage.script(`/${i}`, {
        fields: [
          ['Cache-Control', 'max-age=60'],
          ['Vary', vary],
        ],
      })
      await stage.get(`/${i}`, first)
      assert.equal(isHit(await stage.get(`/${i}`, second)), hit)
    })
  }

  await t.test('on several lines', async () => {
    stage.script('/lines', {
      fields: [
        ['Cache-Control', 'max-age=60'],
        ['Vary', 'X-A'],
        ['Vary', 'X-B'],
      ],
    })
    await stage.get('/lines', { 'x-b': '1' })
    assert.match(status(await stage.get('/lines', { 'x-b': '2' })), /fwd=vary-miss/)
    assert.equal(isHit(await stage.get('/lines', { 'x-b': '1' })), true)
  })
})

test('methods and invalidation', async (t) => {
  const stage = await Stage.open(t)
  const kept = { fields: [['Cache-Control', 'max-age=60']] } as const

  await t.test('HEAD is answered from a stored GET', async () => {
    stage.script('/head', kept)
    const get = await stage.get('/head')
    const head = await stage.visit('/head', { method: 'HEAD' })
    assert.equal(isHit(head), true)
    assert.equal(head.headers['content-length'], String(get.text.length))
    assert.equal(head.text, '')
  })

  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH']) {
    await t.test(`a successful ${method} invalidates the target, a failed one does not`, async () => {
      const path = `/${method}`
      stage.script(path, (request) => (request.method === 'GET' ? kept : { status: 500 }))
      await stage.get(path)
      await stage.visit(path, { method, body: 'x' })
      assert.equal(isHit(await stage.get(path)), true)
      stage.script(path, (request) => (request.method === 'GET' ? kept : { status: 204 }))
      await stage.visit(path, { method, body: 'x' })
      assert.equal(isHit(await stage.get(path)), false)
    })
  }

  await t.test(
    'Location and Content-Location of the same origin are invalidated, those of others are not',
    async () => {
      for (const path of ['/here', '/there', '/elsewhere']) {
        stage.script(path, kept)
        await stage.get(path)
      }
      stage.script('/post', {
        status: 201,
        fields: [
          ['Location', '/here'],
          ['Content-Location', 'http://site.example/there'],
        ],
      })
      await stage.visit('/post', { method: 'POST', body: 'x' })
      stage.script('/post2', { status: 201, fields: [['Location', 'http://other.example/elsewhere']] })
      await stage.visit('/post2', { method: 'POST', body: 'x' })
      assert.equal(isHit(await stage.get('/here')), false)
      assert.equal(isHit(await stage.get('/there')), false)
      assert.equal(isHit(await stage.get('/elsewhere')), true)
    },
  )

  await t.test('a GET with a body goes past the store', async () => {
    stage.script('/body', kept)
    await stage.visit('/body', { method: 'GET', body: 'x', headers: { 'content-length': '1' } })
    assert.equal(isHit(await stage.get('/body')), false)
  })
})
