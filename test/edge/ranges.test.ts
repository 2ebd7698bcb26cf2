// RFC 9110 §14, RFC 9111 §3.3, §3.4, over real sockets: framing of 206 and 416, ranges of a response on its way, and what broke off.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edge, field, requestText } from './edge.ts'

const LARGE = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('')

const head = (bytes: number, status = '200 OK', more = ''): string =>
  `HTTP/1.1 ${status}\r\nCache-Control: max-age=60\r\nETag: "a"\r\nContent-Type: text/plain\r\n${more}Content-Length: ${bytes}\r\n\r\n`

test('§15.3.7 206 with one part, of a small and of a large stored response, on a connection that goes on', async (t) => {
  const { origin, connect } = await edge(t)
  for (const body of ['0123456789', LARGE]) {
    origin.answer(`${head(body.length)}${body}`)
    const client = await connect()
    const target = `/${body.length}`
    const tail = body.length - 3
    client.send(requestText(target))
    await client.responses(1)
    client.send(requestText(target, { range: 'bytes=2-5' }))
    client.send(requestText(target, { range: 'bytes=-3' }))
    client.send(requestText(target, { range: 'bytes=5-' }))
    client.send(requestText(target))
    const [, middle, suffix, open, whole] = await client.responses(5)
    assert.deepEqual([middle!.status, middle!.body], [206, body.slice(2, 6)])
    assert.equal(field(middle!, 'content-range'), `bytes 2-5/${body.length}`)
    assert.equal(field(middle!, 'content-length'), '4')
    assert.equal(field(suffix!, 'content-range'), `bytes ${tail}-${body.length - 1}/${body.length}`)
    assert.equal(suffix!.body, body.slice(-3))
    assert.equal(open!.body, body.slice(5))
    assert.deepEqual([whole!.status, whole!.body], [200, body])
  }
  assert.equal(origin.requests.length, 2)
})

test('§15.3.7.2 206 with several parts, framed by its length', async (t) => {
  const { origin, connect } = await edge(t)
  origin.answer(`${head(LARGE.length)}${LARGE}`)
  const client = await connect()
  client.send(requestText('/', { range: 'bytes=100000-170000,0-9' }))
  client.send(requestText('/', { range: 'bytes=100000-170000,0-9' }))
  client.send(requestText('/', { range: 'bytes=0-1' }))
  const [fetched, stored, single] = await client.responses(3)
  for (const response of [fetched!, stored!]) {
    assert.equal(response.status, 206)
    const boundary = /boundary=(.*)$/.exec(field(response, 'content-type') ?? '')?.[1]
    const part = (first: number, last: number): string =>
      `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes ${first}-${last}/${LARGE.length}\r\n\r\n${LARGE.slice(first, last + 1)}\r\n`
    assert.equal(response.body, `${part(100_000, 170_000)}${part(0, 9)}--${boundary}--\r\n`)
  }
  assert.equal(single!.body, 'li')
  assert.equal(origin.requests.length, 1)
})

test('§15.5.17 416, §13.1.5 If-Range, §13.2.2 precedence, §14.2 HEAD', async (t) => {
  const { origin, get } = await edge(t)
  origin.answer(`${head(10)}0123456789`)
  await get('/')
  const unsatisfiable = await get('/', { range: 'bytes=10-' })
  assert.equal(unsatisfiable.status, 416)
  assert.equal(field(unsatisfiable, 'content-range'), 'bytes */10')
  assert.equal((await get('/', { range: 'bytes=0-0', 'if-range': '"a"' })).body, '0')
  assert.equal((await get('/', { range: 'bytes=0-0', 'if-range': '"b"' })).body, '0123456789')
  assert.equal((await get('/', { range: 'bytes=0-0', 'if-none-match': '"a"' })).status, 304)
  const headOnly = await get('/', { range: 'bytes=0-0' }, 'HEAD')
  assert.deepEqual([headOnly.status, field(headOnly, 'content-length')], [200, '10'])
  assert.equal(origin.requests.length, 1)
})

test('§14.2 a range of a response on its way is sent when its bytes are there, to whoever waits', async (t) => {
  const { origin, connect } = await edge(t)
  origin.script((request) => request.send(head(20)))
  const [whole, early, late] = [await connect(), await connect(), await connect()]
  whole.send(requestText('/'))
  early.send(requestText('/', { range: 'bytes=2-4' }))
  const request = await origin.request(0)
  await whole.until(() => whole.text.includes('\r\n\r\n'))
  request.send('0123456789')
  const [part] = await early.responses(1)
  assert.deepEqual([part!.status, part!.body], [206, '234'])
  late.send(requestText('/', { range: 'bytes=8-12' }))
  await late.until(() => late.text.endsWith('\r\n\r\n89'))
  request.send('abcdefghij')
  const [other] = await late.responses(1)
  assert.deepEqual([other!.status, other!.body], [206, '89abc'])
  const [all] = await whole.responses(1)
  assert.equal(all!.body, '0123456789abcdefghij')
  assert.equal(origin.requests.length, 1)
})

test('RFC 9111 §3.4 what broke off breaks the connection, and is completed for the next client', async (t) => {
  const { origin, connect, get } = await edge(t)
  const half = 100_000
  origin.script((request) => request.sendAndCut(`${head(LARGE.length)}${LARGE.slice(0, half)}`))
  const broken = await connect()
  broken.send(requestText('/'))
  const text = await broken.untilEnd()
  assert.ok(text.length < LARGE.length)
  assert.ok(LARGE.startsWith(text.slice(text.indexOf('\r\n\r\n') + 4)))
  const held = await get('/', { range: 'bytes=50-59' })
  assert.deepEqual([held.status, held.body], [206, LARGE.slice(50, 60)])
  origin.script((request) => {
    const first = Number(/^bytes=(\d+)-$/.exec(request.field('range') ?? '')?.[1])
    const range = `Content-Range: bytes ${first}-${LARGE.length - 1}/${LARGE.length}\r\n`
    request.send(`${head(LARGE.length - first, '206 Partial Content', range)}${LARGE.slice(first)}`)
  })
  const completed = await get('/')
  assert.deepEqual([completed.status, completed.body === LARGE], [200, true])
  assert.match(field(completed, 'cache-status') ?? '', /fwd=partial; fwd-status=206/)
  assert.equal((await origin.request(1)).field('if-range'), '"a"')
  const stored = await get('/')
  assert.deepEqual([stored.status, stored.body === LARGE], [200, true])
  assert.match(field(stored, 'cache-status') ?? '', /hit/)
  assert.equal(origin.requests.length, 2)
})

test('with rangeMisses pass, a range goes to the origin, and what came answers the ranges within it', async (t) => {
  const { origin, get } = await edge(t, { rangeMisses: 'pass' })
  origin.answer(`${head(5, '206 Partial Content', 'Content-Range: bytes 10-14/20\r\n')}abcde`)
  const first = await get('/', { range: 'bytes=10-14' })
  assert.deepEqual(
    [first.status, first.body, field(first, 'content-range')],
    [206, 'abcde', 'bytes 10-14/20'],
  )
  assert.equal((await origin.request(0)).field('range'), 'bytes=10-14')
  const within = await get('/', { range: 'bytes=11-12' })
  assert.deepEqual([within.status, within.body], [206, 'bc'])
  assert.equal(origin.requests.length, 1)
})
