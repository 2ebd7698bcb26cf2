/**
 * Fourth architecture, three tiers: an outer edge fetches through an inner one, another process, which stands in front of
 * nginx and gunicorn. What is old or stale at the inner edge reaches the outer one as what it is.
 */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { cacheStatus, cacheStatuses } from './systems/cache-status.ts'
import type { Answer } from './systems/client.ts'
import { BUILTIN_POLICY, startEdge, type Edge } from './systems/edge.ts'
import { startGunicorn, TIME_HOST } from './systems/gunicorn.ts'
import { startNginx } from './systems/nginx.ts'
import { realTest } from './systems/packages.ts'
import type { Stage } from './systems/stage.ts'
import { Visitor } from './systems/visitor.ts'

const HOST = { host: TIME_HOST }
const FILE = { path: '/static/page.txt', headers: HOST }
const TIME = { path: '/time', headers: HOST }

realTest('two edges in front of nginx and gunicorn', ['nginx-light', 'gunicorn'], async (stage) => {
  const gunicorn = await startGunicorn(stage, 'bare')
  const nginx = await startNginx(stage, {
    application: gunicorn.port,
    cacheControl: 'max-age=1, stale-if-error=600',
  })
  await nginx.write('static/page.txt', 'a page\n')
  const inner = await startTier(stage, 'inner', nginx.port)
  const outer = await startTier(stage, 'outer', inner.port)
  const visitor = new Visitor(outer)
  const insider = new Visitor(inner)

  await stage.step('Age adds up: what has aged at the inner edge is as old at the outer one', async () => {
    const aged = await until(
      () => insider.ask(FILE),
      (answer) => ageOf(answer) >= 1,
    )
    const through = await visitor.ask(FILE)
    assert.equal(through.text, 'a page\n')
    assert.ok(ageOf(through) >= ageOf(aged), `Age ${ageOf(through)} after ${ageOf(aged)}`)
    const [atInner, atOuter] = cacheStatuses(through)
    assert.equal(atInner?.hit, true)
    assert.equal(atOuter?.fwd, 'uri-miss')

    const kept = await until(
      () => visitor.ask(FILE),
      (answer) => ageOf(answer) > ageOf(through),
    )
    assert.equal(cacheStatus(kept).hit, true)
    // Of its 60 seconds it has as many left as it has not spent, wherever it spent them.
    assert.ok((cacheStatus(kept).ttl ?? 99) <= 60 - ageOf(kept))
    const innerNow = ageOf(await insider.ask(FILE))
    assert.ok(Math.abs(innerNow - ageOf(kept)) <= 1, `Age ${innerNow} inside, ${ageOf(kept)} outside`)
  })

  await stage.step('Via and Cache-Status name both, the inner one first', async () => {
    const answer = await visitor.ask(FILE)
    assert.match(answer.headers.via ?? '', /^1\.1 inner, 1\.1 outer$/)
    const names = cacheStatuses(answer).map(({ cache }) => cache)
    assert.deepEqual(names, ['inner', 'outer'])
  })

  await stage.step(
    'what was withdrawn at the inner edge is fresh at the outer one until that asks again',
    async () => {
      await nginx.write('static/page.txt', 'another page\n')
      assert.equal((await insider.ask({ ...FILE, method: 'DELETE' })).status, 204)
      assert.equal((await insider.ask(FILE)).text, 'another page\n')
      const still = await visitor.ask(FILE)
      assert.equal(still.text, 'a page\n')
      assert.equal(cacheStatus(still).hit, true)
      const anew = await visitor.ask({ ...FILE, headers: { ...HOST, 'cache-control': 'no-cache' } })
      assert.equal(anew.text, 'another page\n')
      assert.equal((await visitor.ask(FILE)).text, 'another page\n')
    },
  )

  await stage.step('what the inner edge serves stale arrives stale, and is not taken for fresh', async () => {
    const before = await visitor.ask(TIME)
    assert.equal(before.status, 200)
    await gunicorn.program.stop()
    // Fresh at the outer edge first; then that asks the inner one, which has nothing but a response older than its lifetime.
    const stale = await until(
      () => visitor.ask(TIME),
      (answer) => !cacheStatus(answer).hit && (cacheStatuses(answer)[0]?.ttl ?? 0) < 0,
    )
    assert.equal(stale.status, 200)
    assert.equal(stale.text, before.text)
    assert.ok(ageOf(stale) >= 1, `Age ${ageOf(stale)} of a response whose lifetime was 1`)
    const again = await visitor.ask(TIME)
    assert.equal(cacheStatus(again).hit, false)
    assert.equal(again.text, before.text)
    assert.ok((await inner.metrics()).sum('lacquer_requests_total', { outcome: 'stale' }) >= 2)
  })

  await stage.step('the new response comes through as soon as the service is back', async () => {
    const stale = await visitor.ask(TIME)
    await startGunicorn(stage, 'bare', gunicorn.port)
    const fresh = await until(
      () => visitor.ask(TIME),
      (answer) => answer.text !== stale.text,
    )
    assert.equal(fresh.status, 200)
    assert.ok(Date.parse(fresh.text.trim()) > Date.parse(stale.text.trim()))
  })

  await stage.step('what the outer edge fetched is what the inner one served', async () => {
    const served = (await inner.metrics()).sum('lacquer_requests_total')
    const fetched = (await outer.metrics()).sum('lacquer_origin_fetches_total', { result: '2xx' })
    assert.equal(fetched, served - insider.asked)
    await visitor.agreesWithTheEdge()
  })

  await stage.step('the outer edge serves stale by itself where the inner one is gone', async () => {
    await inner.program.stop()
    const stale = await until(
      () => visitor.ask(TIME),
      (answer) => ageOf(answer) > 1,
    )
    assert.equal(stale.status, 200)
    assert.ok((await outer.metrics()).sum('lacquer_requests_total', { outcome: 'stale' }) >= 1)
  })
})

/** An edge with nothing but the default policy, and no grace of its own. */
function startTier(stage: Stage, name: string, originPort: number): Promise<Edge> {
  return startEdge(stage, [
    ...[
      '--origin',
      `http://127.0.0.1:${originPort}`,
      '--via-name',
      name,
      '--cache-name',
      name,
      '--grace',
      '0s',
    ],
    ...['--policies', BUILTIN_POLICY],
  ])
}

function ageOf(answer: Answer): number {
  return Number(answer.headers.age ?? 0)
}

/** Asks until the answer is right; a response ages in real time here. */
async function until(question: () => Promise<Answer>, isRight: (answer: Answer) => boolean): Promise<Answer> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await question()
    if (isRight(answer)) return answer
    await delay(20)
  }
  throw new Error('the answer never came')
}
