/** What a client might take the edge for: a forward proxy. It is one for nobody. */
import assert from 'node:assert/strict'
import { exchangeBytes } from './systems/client.ts'
import { startEdge, TIME_POLICY, type Edge } from './systems/edge.ts'
import { startGunicorn, TIME_HOST } from './systems/gunicorn.ts'
import { realTest } from './systems/packages.ts'

realTest('the edge is no forward proxy', ['gunicorn'], async (stage) => {
  const gunicorn = await startGunicorn(stage, 'bare')
  const edge = await startEdge(stage, [
    ...['--origin', `http://127.0.0.1:${gunicorn.port}`, '--hosts', TIME_HOST],
    ...['--policies', TIME_POLICY],
  ])

  await stage.step('an absolute URL of ours is answered, whatever Host says', async () => {
    const answer = await lastWord(edge, `GET http://${TIME_HOST}/time HTTP/1.1`, 'Host: other.example')
    assert.match(answer, /^HTTP\/1\.1 200 /)
    assert.match(answer, /\r\n\r\n\d{4}-\d\d-\d\dT\S+\n$/)
  })

  await stage.step('and is the same to the cache as the path with Host', async () => {
    // Asked in one go, the second finds what the first has stored.
    const head = `Host: ${TIME_HOST}\r\n`
    const both = await exchangeBytes(
      edge.port,
      `GET http://${TIME_HOST}/time HTTP/1.1\r\n${head}Cache-Control: no-cache\r\n\r\n` +
        `GET /time HTTP/1.1\r\n${head}Connection: close\r\n\r\n`,
    )
    const told = both.match(/^\d{4}-\d\d-\d\dT\S+$/gm) ?? []
    assert.equal(told.length, 2, both)
    assert.equal(told[0], told[1])
    assert.match(both, /cache-status: [^\r]*; ?hit/i)
  })

  await stage.step(
    'an absolute URL of somebody else is misdirected (421), and no origin hears of it',
    async () => {
      const before = await fetches(edge)
      const answer = await lastWord(edge, 'GET http://other.example/time HTTP/1.1', `Host: ${TIME_HOST}`)
      assert.match(answer, /^HTTP\/1\.1 421 /)
      assert.equal(await fetches(edge), before)
      assert.equal(
        (await edge.metrics()).sum('lacquer_requests_refused_total', { reason: 'not-our-host' }),
        1,
      )
    },
  )

  await stage.step('CONNECT gets 405 and a close, and what follows it is not read', async () => {
    const before = await fetches(edge)
    // No Connection: close from us: that the answer ends at all shows that the edge closes.
    const answer = await exchangeBytes(
      edge.port,
      `CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\nGET /time HTTP/1.1\r\nHost: ${TIME_HOST}\r\n\r\n`,
    )
    assert.match(answer, /^HTTP\/1\.1 405 /)
    assert.match(answer, /\r\nconnection: close\r\n/i)
    assert.equal(answer.match(/^HTTP\/1\.1 /gm)?.length, 1)
    assert.equal(await fetches(edge), before)
    assert.equal(
      (await edge.metrics()).sum('lacquer_requests_refused_total', { reason: 'method-not-allowed' }),
      1,
    )
  })
})

/** One request without a body, and the answer to it up to the end of the connection. */
function lastWord(edge: Edge, ...lines: readonly string[]): Promise<string> {
  return exchangeBytes(edge.port, [...lines, 'Connection: close', '', ''].join('\r\n'))
}

async function fetches(edge: Edge): Promise<number> {
  return (await edge.metrics()).sum('lacquer_origin_fetches_total')
}
