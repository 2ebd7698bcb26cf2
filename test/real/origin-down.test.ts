/**
 * gunicorn is killed and started again behind the edge: what is stale is served at once while it is down, the rest is refused at
 * once, and a single request finds it back. Then it is halted, so that it takes connections and says nothing.
 */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cacheStatus } from './systems/cache-status.ts'
import type { Answer } from './systems/client.ts'
import { startEdge } from './systems/edge.ts'
import { startGunicorn, TIME_HOST } from './systems/gunicorn.ts'
import { realTest } from './systems/packages.ts'
import { Visitor } from './systems/visitor.ts'

const HOST = { host: TIME_HOST }

const POLICY = `
import { route } from 'lacquer-cache'

export default route({
  originResponse({ response }) {
    if (response.status === 200) response.headers.set('Cache-Control', 'max-age=1, stale-if-error=3600')
  },
})
`

realTest('the edge before a gunicorn that dies and comes back', ['gunicorn'], async (stage) => {
  const first = await startGunicorn(stage, 'bare')
  const policies = join(await stage.directory(), 'stale.ts')
  await writeFile(policies, POLICY)
  const edge = await startEdge(stage, [
    ...['--origin', `http://127.0.0.1:${first.port}`, '--policies', policies],
    ...[
      '--trusted-proxies',
      '127.0.0.1',
      '--breaker-failures',
      '3',
      '--breaker-max-open',
      '1s',
      '--first-byte-timeout',
      '1s',
    ],
  ])
  const visitor = new Visitor(edge)
  const time = (): Promise<Answer> => visitor.ask({ path: '/time', headers: HOST })
  const uncached = (name: string, more: Record<string, string> = {}): Promise<Answer> =>
    visitor.ask({ path: `/none/${name}`, headers: { ...HOST, ...more } })

  /** Asks until the answer is as wanted. */
  async function until(
    what: string,
    ask: () => Promise<Answer>,
    isWanted: (answer: Answer) => boolean,
  ): Promise<Answer> {
    for (let i = 0; i < 400; i++) {
      const answer = await ask()
      if (isWanted(answer)) return answer
      await delay(50)
    }
    throw new Error(`never came: ${what}`)
  }

  const breaker = async (to: string): Promise<number> =>
    (await edge.metrics()).sum('lacquer_origin_breaker_transitions_total', { to })

  let kept = ''
  await stage.step('while it is down, what is stale is served and the rest refused, at once', async () => {
    kept = (await time()).text
    await first.program.stop()
    const stale = await until('a stale answer', time, (answer) => (cacheStatus(answer).ttl ?? 0) < 0)
    assert.equal(stale.status, 200)
    for (let i = 0; (await breaker('open')) === 0; i++) {
      assert.ok(i < 10, 'the breaker does not open')
      assert.ok((await uncached(`${i}`)).status >= 502)
    }
    const atOnce = await until('a stale answer by the breaker', time, (answer) =>
      (cacheStatus(answer).detail ?? '').includes('breaker-open'),
    )
    assert.equal(atOnce.text, kept)
    assert.equal(cacheStatus(atOnce).hit, true)
    const refused = await until(
      'a refusal',
      () => uncached('x'),
      ({ status }) => status === 503,
    )
    // A fifth more or less by chance.
    assert.match(refused.headers['retry-after'] ?? '', /^[12]$/)
    const metrics = await edge.metrics()
    assert.equal(metrics.sum('lacquer_origin_up'), 0)
    assert.ok(metrics.sum('lacquer_stale_served_total', { reason: 'breaker-open' }) > 0)
    assert.ok(metrics.sum('lacquer_origin_fetches_total', { result: 'breaker-open' }) > 0)
  })

  const second = await startGunicorn(stage, 'bare', first.port)

  await stage.step('when it is back, a refresh finds it, and everybody is served again', async () => {
    const fresh = await until('a new answer', time, ({ text }) => text !== kept)
    assert.equal(fresh.status, 200)
    assert.equal((await uncached('y')).status, 404)
    assert.ok((await breaker('half-open')) > 0)
    assert.equal(await breaker('closed'), 1)
    assert.equal((await edge.metrics()).sum('lacquer_origin_up'), 1)
  })

  await stage.step('halted, it takes connections and never answers: nobody waits for long', async () => {
    kept = (await time()).text
    const halted = await second.halt()
    try {
      const opened = await breaker('open')
      // A page that one visitor waits for in vain says something of that page; three visitors' say something of the origin.
      const visitors = ['192.0.2.1', '192.0.2.2', '192.0.2.3']
      for (let i = 0; (await breaker('open')) === opened; i++) {
        assert.ok(i < 10, 'the breaker does not open')
        await Promise.all(
          visitors.map((address) => uncached(`${address}-${i}`, { 'x-forwarded-for': address })),
        )
      }
      const answers = await Promise.all(Array.from({ length: 20 }, time))
      for (const answer of answers) assert.equal(answer.text, kept)
    } finally {
      halted.resume()
    }
    await until('a new answer', time, ({ text }) => text !== kept)
  })

  await visitor.agreesWithTheEdge()
})
