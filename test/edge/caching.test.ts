// RFC 9111 §3.1, §4.4, §5.2; RFC 9110 §9.3.3; RFC 9875: over real sockets, with the wiring and the parameters of the program.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edge, field } from './edge.ts'

const answerWith = (lines: string, body = 'hello') =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${lines}\r\n${body}`

test('RFC 9111 §3.1 fields that Connection nominates are neither passed on nor stored', async (t) => {
  const { origin, get } = await edge(t)
  origin.answer(
    answerWith('Connection: X-Hop, keep-alive\r\nX-Hop: 1\r\nX-End: 2\r\nCache-Control: max-age=60\r\n'),
  )
  for (let i = 0; i < 2; i++) {
    const response = await get('/a')
    assert.equal(field(response, 'X-Hop'), undefined)
    assert.equal(field(response, 'X-End'), '2')
  }
  assert.equal(origin.requests.length, 1)
})

test('RFC 9875 §3 an unsafe request withdraws a group', async (t) => {
  const { origin, get } = await edge(t)
  origin.answer(answerWith('Cache-Control: max-age=60\r\nCache-Groups: "x"\r\n'))
  await get('/a')
  assert.match(field(await get('/a'), 'Cache-Status') ?? '', /hit/)
  origin.answer('HTTP/1.1 204 No Content\r\nCache-Group-Invalidation: "x"\r\n\r\n')
  await get('/form', {}, 'DELETE')
  origin.answer(answerWith('Cache-Control: max-age=60\r\n', 'anew'))
  assert.equal((await get('/a')).body, 'anew')
})

test('RFC 9110 §9.3.3 the response to a POST answers a GET, and RFC 9111 §4.4 another POST withdraws it', async (t) => {
  const { origin, get } = await edge(t)
  origin.answer(answerWith('Cache-Control: max-age=60\r\nContent-Location: /a\r\n', 'posted'))
  await get('/a', { 'Content-Length': '0' }, 'POST')
  assert.equal((await get('/a')).body, 'posted')
  assert.equal(origin.requests.length, 1)
  origin.answer('HTTP/1.1 204 No Content\r\n\r\n')
  await get('/a', {}, 'M-SEARCH')
  origin.answer(answerWith('Cache-Control: max-age=60\r\n'))
  assert.equal((await get('/a')).body, 'hello')
})

test('RFC 9111 §5.2.1.4 reloads are heeded as the operator wants', async (t) => {
  for (const [clientReload, requests] of [
    ['all', 2],
    ['none', 1],
  ] as const) {
    const { origin, get } = await edge(t, { clientReload })
    origin.answer(answerWith('Cache-Control: max-age=60\r\n'))
    await get('/a')
    await get('/a', { 'Cache-Control': 'no-cache' })
    assert.equal(origin.requests.length, requests, clientReload)
  }
})

test('No-Vary-Search and the key in Cache-Status, where they are switched on', async (t) => {
  const { origin, get } = await edge(t, { noVarySearch: 'on', cacheStatusKey: 'on' })
  origin.answer(answerWith('Cache-Control: max-age=60\r\nNo-Vary-Search: params=("utm")\r\n'))
  assert.match(field(await get('/a?utm=1'), 'Cache-Status') ?? '', /key="http:\/\/example.com\/a\?utm=1"/)
  assert.match(field(await get('/a?utm=2'), 'Cache-Status') ?? '', /; hit; ttl=60; key=/)
  assert.equal(origin.requests.length, 1)
})

test('PURGE is answered by the edge, withdraws nothing and never reaches the origin, unless a policy allows it', async (t) => {
  const { origin, get } = await edge(t)
  origin.answer(answerWith('Cache-Control: max-age=60\r\n'))
  await get('/a')
  const refused = await get('/a', {}, 'PURGE')
  assert.equal(refused.status, 405)
  assert.match(field(refused, 'Allow') ?? '', /^GET, HEAD/)
  assert.match(field(await get('/a'), 'Cache-Status') ?? '', /hit/)
  assert.equal(origin.requests.length, 1)
})
