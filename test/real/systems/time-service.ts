/** What every architecture must make of the time service with the worked policy: steps that all of them share. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { cacheStatus } from './cache-status.ts'
import type { Answer } from './client.ts'
import { startEdge, TIME_POLICY } from './edge.ts'
import { TIME_HOST } from './gunicorn.ts'
import type { Stage } from './stage.ts'
import { Visitor } from './visitor.ts'

/** What `policies/examples/time-service.ts` gives a time. */
const LIFETIME_MS = 2000

/** Dates on the wire are whole seconds, so that up to one of them may count as passed already, or as not passed yet. */
const SLACK_MS = 1000

const HOST = { host: TIME_HOST }

/** Puts an edge with the worked policy in front of `originPort` and goes through all of it. */
export async function servesTheTime(stage: Stage, originPort: number): Promise<Visitor> {
  const edge = await startEdge(stage, [
    ...['--origin', `http://127.0.0.1:${originPort}`],
    ...['--policies', TIME_POLICY],
  ])
  const visitor = new Visitor(edge)
  await stage.step('the time is served from the cache for its lifetime', () => keepsTheTime(visitor))
  await stage.step('HEAD is answered from the stored GET', () => answersHead(visitor))
  await stage.step('501 is passed on, and leaves what is stored alone', () => passes501(visitor))
  await stage.step('404 is passed on, and not kept', () => passes404(visitor))
  await stage.step('responses, access log and metrics tell the same story', () => visitor.agreesWithTheEdge())
  return visitor
}

/** Asks until two times have been told and at least one of them twice. */
async function keepsTheTime(visitor: Visitor): Promise<void> {
  const seen: Seen[] = []
  const isEnough = (): boolean =>
    new Set(seen.map(({ told }) => told)).size > 1 && seen.some(({ hit }) => hit)
  for (let attempt = 0; attempt < 500 && !isEnough(); attempt++) {
    const askedAt = Date.now()
    seen.push(seenIn(askedAt, await visitor.ask({ path: '/time', headers: HOST })))
    await delay(20)
  }
  assert.ok(isEnough(), `no hit, or no end of its lifetime: ${JSON.stringify(seen.slice(-5))}`)
  assert.equal(seen[0]?.hit, false, 'the first response was a hit')
  for (const [i, now] of seen.entries()) follows(seen[i - 1], now)
}

interface Seen {
  readonly askedAt: number
  /** The time that the service told. */
  readonly told: number
  readonly hit: boolean
  readonly ageSeconds: number | null
  readonly ttlSeconds: number | null
}

function seenIn(askedAt: number, answer: Answer): Seen {
  assert.equal(answer.status, 200)
  assert.match(answer.headers['content-type'] ?? '', /^text\/plain/)
  const { hit, ttl } = cacheStatus(answer)
  const { age } = answer.headers
  return {
    askedAt,
    told: Date.parse(answer.text.trim()),
    hit,
    ageSeconds: age === undefined ? null : Number(age),
    ttlSeconds: ttl,
  }
}

function follows(before: Seen | undefined, now: Seen): void {
  const story = JSON.stringify({ before, now })
  if (now.hit) {
    assert.equal(now.told, before?.told, `a hit tells another time: ${story}`)
    assert.ok(now.askedAt - now.told < LIFETIME_MS + SLACK_MS, `a hit beyond its lifetime: ${story}`)
    assert.ok(now.ageSeconds !== null && now.ageSeconds <= LIFETIME_MS / 1000, `an Age beyond: ${story}`)
    assert.ok(now.ttlSeconds !== null && now.ttlSeconds <= LIFETIME_MS / 1000, `a ttl beyond: ${story}`)
  } else if (before !== undefined) {
    assert.ok(now.told - before.told > LIFETIME_MS - SLACK_MS, `fetched within its lifetime: ${story}`)
  }
}

async function answersHead(visitor: Visitor): Promise<void> {
  const get = await freshTime(visitor)
  const head = await visitor.ask({ path: '/time', headers: HOST, method: 'HEAD' })
  assert.equal(head.status, 200)
  assert.equal(head.text, '')
  assert.equal(head.headers['content-length'], String(get.body.length))
  assert.equal(cacheStatus(head).hit, true)
}

async function passes501(visitor: Visitor): Promise<void> {
  const before = await freshTime(visitor)
  const post = await visitor.ask({ path: '/time', headers: HOST, method: 'POST', body: 'what time is it?' })
  assert.equal(post.status, 501)
  assert.equal(cacheStatus(post).fwd, 'method')
  assert.equal(cacheStatus(post).stored, false)
  // RFC 9111 §4.4: only a successful unsafe request invalidates.
  const after = await visitor.ask({ path: '/time', headers: HOST })
  assert.equal(cacheStatus(after).hit, true)
  assert.equal(after.text, before.text)
}

async function passes404(visitor: Visitor): Promise<void> {
  const elsewhere = await visitor.ask({ path: '/elsewhere', headers: HOST })
  assert.equal(elsewhere.status, 404)
  const other = await visitor.ask({ path: '/time', headers: { host: 'other.example' } })
  assert.equal(other.status, 404)
  for (const answer of [elsewhere, other]) {
    assert.equal(cacheStatus(answer).hit, false)
    assert.equal(cacheStatus(answer).stored, false)
  }
}

/** A time that has been fetched just now, so that what follows at once finds it fresh. */
async function freshTime(visitor: Visitor): Promise<Answer> {
  const reload = { ...HOST, 'cache-control': 'no-cache' }
  const answer = await visitor.ask({ path: '/time', headers: reload })
  assert.equal(cacheStatus(answer).fwd, 'request')
  return answer
}
