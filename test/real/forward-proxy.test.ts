/** An origin that is only reachable through a forward proxy. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheStatus } from './systems/cache-status.ts'
import { startEdge, TIME_POLICY } from './systems/edge.ts'
import { startForwardProxy } from './systems/forward-proxy.ts'
import { startGunicorn, TIME_HOST } from './systems/gunicorn.ts'
import { realTest } from './systems/packages.ts'
import { Visitor } from './systems/visitor.ts'

/** A name that no resolver has (RFC 2606), so that nobody gets there but through the proxy. */
const AUTHORITY = 'time.invalid:8000'

realTest('the edge reaches its origin through a forward proxy', ['gunicorn'], async (stage) => {
  const gunicorn = await startGunicorn(stage, 'bare')
  const proxy = await startForwardProxy(stage, { [AUTHORITY]: gunicorn.port })
  const config = join(await stage.directory(), 'lacquer.config.json')
  const origin = { url: `http://${AUTHORITY}`, proxy: proxy.url, host: TIME_HOST }
  await writeFile(config, JSON.stringify({ origins: { default: origin }, policies: TIME_POLICY }))
  const edge = await startEdge(stage, ['--config', config])
  const visitor = new Visitor(edge)

  await stage.step('by CONNECT, with the Host that the configuration names', async () => {
    const miss = await visitor.ask({ path: '/time', headers: { host: 'whatever.example' } })
    assert.equal(miss.status, 200)
    assert.match(miss.text, /^\d{4}-\d\d-\d\dT/)
    assert.equal(cacheStatus(miss).stored, true)
    assert.deepEqual(proxy.asked, [AUTHORITY])
  })

  await stage.step('over one tunnel for request after request', async () => {
    for (const path of ['/one', '/two', '/three']) {
      assert.equal((await visitor.ask({ path })).status, 404)
    }
    assert.deepEqual(proxy.asked, [AUTHORITY])
  })

  await stage.step('and says so where the proxy opens no tunnel', async () => {
    proxy.refuse()
    // The tunnel that is open is used up by ending the service behind it.
    await gunicorn.program.stop()
    const answer = await visitor.ask({ path: '/elsewhere' })
    assert.equal(answer.status, 502)
    assert.match(cacheStatus(answer).detail ?? '', /tunnel/)
    assert.equal(cacheStatus(answer).stored, false)
    const fetches = (await edge.metrics()).by('lacquer_origin_fetches_total', 'result')
    assert.ok((fetches['tunnel'] ?? 0) > 0, JSON.stringify(fetches))
  })

  await stage.step('responses, access log and metrics tell the same story', () => visitor.agreesWithTheEdge())
})
