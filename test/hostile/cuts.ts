/**
 * An origin that breaks off: at any byte of its answer it closes, resets or falls silent. Whatever clients then get that
 * looks complete must be, byte for byte, one of the bodies that the origin has for that URL: never the beginning of one,
 * never the beginning of one and the end of another.
 *
 * One thing can't be known: a body that only the end of a plain TCP connection delimits is complete when that ends
 * (RFC 9112 §8). Such bodies are reset or stalled here, not closed.
 */
import { createHash } from 'node:crypto'
import type { VirtualClock } from '../../src/base/virtual-clock.ts'
import { settle } from '../origin/outcome.ts'
import type { RawRequest } from '../origin/raw-origin.ts'
import { readResponses, type RawClient } from '../server/raw-client.ts'
import type { Dice } from './dice.ts'
import type { Stand } from './stand.ts'
import { request } from './wire-text.ts'

type Framing = 'length' | 'chunked' | 'close'
type End = 'close' | 'reset' | 'stall'

/** What the origin has for a URL, and how it will answer the next request. */
interface Page {
  readonly bodies: readonly string[]
  /** Which body it has now; also its entity tag. */
  version: number
  readonly hasEtag: boolean
  plan: { readonly framing: Framing; readonly end: End | null; readonly share: number }
}

export interface CutFigures {
  trials: number
  cuts: number
  /** Complete answers that were compared. */
  compared: number
  broken: number
}

export class CutTrials {
  readonly figures: CutFigures = { trials: 0, cuts: 0, compared: 0, broken: 0 }
  readonly #stand: Stand
  readonly #clock: VirtualClock
  readonly #pages = new Map<string, Page>()

  /** `stand`: with `CUT_PARAMETERS`; `clock`: the stand's. */
  constructor(stand: Stand, clock: VirtualClock) {
    this.#stand = stand
    this.#clock = clock
    stand.origin.script((asked) => this.#answer(asked))
  }

  /** Several requests for one URL, of which most are cut. Throws where one got what is not whole. */
  async trial(dice: Dice): Promise<void> {
    const target = `/${++this.figures.trials}`
    const page = newPage(dice)
    this.#pages.set(target, page)
    for (let n = 2 + dice.below(3); n > 0; n--) {
      if (dice.oneIn(4)) page.version = 1 - page.version
      page.plan = newPlan(dice)
      if (page.plan.end !== null) this.figures.cuts++
      await this.#ask(target, page, dice)
    }
    page.plan = { framing: 'length', end: null, share: 1 }
    // One that waits together with others for a fetch that still stalls breaks off with it; the next ones need not.
    for (let n = 0; !(await this.#ask(target, page, dice, true)); n++) {
      if (n === MAX_RETRIES) throw new Error(`${target}: no good answer from an origin that is well again`)
    }
    this.#pages.delete(target)
    if (this.figures.trials % 200 === 0) this.#stand.store.clear()
  }

  async #ask(target: string, page: Page, dice: Dice, mustBeWhole = false): Promise<boolean> {
    const isOld = !mustBeWhole && dice.oneIn(6)
    const range =
      !mustBeWhole && dice.oneIn(5) ? [`Range: bytes=${dice.below(400)}-${400 + dice.below(4000)}`] : []
    const client = await this.#stand.connect()
    client.send(
      request(`GET ${target} HTTP/1.${isOld ? 0 : 1}`, ['Host: t.test', 'Connection: close', ...range]),
    )
    await this.#untilEnd(client, page.plan.end === 'stall')
    const isWhole = this.#judge(target, page, client)
    client.close()
    return isWhole
  }

  /** Where the origin stalls, time passes until somebody's patience ends; so it does where a fetch before still stalls. */
  async #untilEnd(client: RawClient, stalls: boolean): Promise<void> {
    for (let turn = 0; !client.ended; turn++) {
      await settle(4)
      if (stalls || turn > QUICK_TURNS) this.#clock.advance(STALL_MS)
      if (turn > 10 * QUICK_TURNS) throw new Error('an answer without end')
    }
  }

  /** Whether it got a good answer. */
  #judge(target: string, page: Page, client: RawClient): boolean {
    const [response] = readResponses(client.text, [], true)
    const story = (): string =>
      `${target} ${JSON.stringify({ ...page, bodies: page.bodies.map((body) => body.length) })}: ${client.text.slice(0, 600)}`
    const isWhole = response?.complete === true && !client.reset
    if (!isWhole || response.status >= 500) {
      this.figures.broken++
      return false
    }
    this.figures.compared++
    const expected =
      response.status === 206 ? page.bodies.map((body) => partOf(body, response.head)) : page.bodies
    if (response.status !== 416 && !expected.some((body) => hash(body) === hash(response.body))) {
      throw new Error(`not one of the bodies: ${response.body.length} bytes for ${story()}`)
    }
    return true
  }

  #answer(asked: RawRequest): void {
    const page = this.#pages.get(asked.target)
    if (page === undefined) {
      asked.send('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const bytes = answerBytes(asked, page)
    const { end, share, framing } = page.plan
    if (end === null) {
      asked.send(bytes)
      if (framing === 'close') asked.cut()
      return
    }
    const shown = bytes.slice(0, Math.floor(share * bytes.length))
    if (end === 'stall') asked.send(shown)
    else if (end === 'close') asked.sendAndCut(shown)
    else asked.connection.socket.write(Buffer.from(shown, 'latin1'), () => asked.reset())
  }
}

/** How patient the edge is with an origin, so that a stall costs few turns of the clock. */
export const CUT_PARAMETERS = { firstByteTimeout: '1s', betweenBytesTimeout: '1s' }
const STALL_MS = 1100
const MAX_RETRIES = 3
/** Turns of the event loop in which an answer comes that nothing holds up. */
const QUICK_TURNS = 500

const hash = (body: string): string => createHash('sha1').update(body, 'latin1').digest('hex')

function newPage(dice: Dice): Page {
  const bytes = 1 + dice.below(dice.oneIn(20) ? 200_000 : 3000)
  const body = (): string =>
    dice
      .word(7)
      .repeat(Math.ceil(bytes / 7))
      .slice(0, bytes)
  // Of the same length, so that a mixture can't be told by counting.
  return { bodies: [body(), body()], version: 0, hasEtag: dice.oneIn(2), plan: newPlan(dice) }
}

function newPlan(dice: Dice): Page['plan'] {
  const framing = dice.pick<Framing>(['length', 'chunked', 'chunked', 'length', 'close'])
  const end = dice.oneIn(8)
    ? null
    : dice.pick<End>(framing === 'close' ? ['reset', 'stall'] : ['close', 'reset', 'stall'])
  return { framing, end, share: dice.below(10_000) / 10_000 }
}

function answerBytes(asked: RawRequest, page: Page): string {
  const whole = page.bodies[page.version] ?? ''
  const etag = `"${page.version}"`
  const range = /^bytes=(\d+)-(\d*)$/.exec(asked.field('range') ?? '')
  const first = Number(range?.[1] ?? 0)
  const ifRange = asked.field('if-range')
  const isPart =
    range !== null && first < whole.length && (ifRange === undefined || (page.hasEtag && ifRange === etag))
  const last = isPart && range[2] !== '' ? Math.min(Number(range[2]), whole.length - 1) : whole.length - 1
  const body = isPart ? whole.slice(first, last + 1) : whole
  const lines = [
    isPart ? 'HTTP/1.1 206 Partial Content' : 'HTTP/1.1 200 OK',
    'Cache-Control: max-age=60',
    'Accept-Ranges: bytes',
    ...(page.hasEtag ? [`ETag: ${etag}`] : []),
    ...(isPart ? [`Content-Range: bytes ${first}-${last}/${whole.length}`] : []),
  ]
  return framed(lines, body, page.plan.framing)
}

function framed(lines: readonly string[], body: string, framing: Framing): string {
  const head = lines.join('\r\n')
  switch (framing) {
    case 'length':
      return `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    case 'close':
      return `${head}\r\nConnection: close\r\n\r\n${body}`
    case 'chunked': {
      const middle = Math.ceil(body.length / 2)
      const chunk = (text: string): string =>
        text === '' ? '' : `${text.length.toString(16)}\r\n${text}\r\n`
      return `${head}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(body.slice(0, middle))}${chunk(body.slice(middle))}0\r\n\r\n`
    }
  }
}

/** The stretch of a body that a 206 says it is. */
function partOf(body: string, head: string): string {
  const range = /^content-range: bytes (\d+)-(\d+)\/(\d+|\*)$/im.exec(head)
  if (range === null) return 'no range'
  return body.slice(Number(range[1]), Number(range[2]) + 1)
}
