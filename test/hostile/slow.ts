/**
 * Bad connections beside good ones: heads and bodies that come a byte at a time or not at all, and responses that are not
 * read. Good clients ask meanwhile, one after the other, and are timed. The edge is a process of its own; its clients are here.
 */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { RawOrigin } from '../origin/raw-origin.ts'
import { RawClient } from '../server/raw-client.ts'
import { startEdgeProcess } from './edge-process.ts'
import type { Cleanup } from './stand.ts'
import { request } from './wire-text.ts'

const GOOD_REQUESTS = 3000
const GOOD_AT_ONCE = 4
const DRIP_MS = 2000
/** As many connections are opened at a time, so that no backlog overflows. */
const OPENED_AT_ONCE = 200
const BODY = 'x'.repeat(1024)

type Say = (line: string) => void

/** `count` bad ones. Answers with how many of the figures promised for this were missed. */
export async function slowConnections(cleanup: Cleanup, count: number, say: Say): Promise<number> {
  const origin = await RawOrigin.listen()
  cleanup.after(() => origin.close())
  origin.answer(
    `HTTP/1.1 200 OK\r\nCache-Control: max-age=3600\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
  )
  const edge = await startEdgeProcess(cleanup, origin.url, ['--listen', '127.0.0.1:0', ...LIMITS])
  await goods(edge.port, 500)
  const alone = await goods(edge.port, GOOD_REQUESTS)
  const rssBefore = rssOf(edge.child)
  say(`slow: ${count} bad connections; good ones alone: p99 ${alone.p99.toFixed(2)} ms`)
  const bad: Socket[] = []
  cleanup.after(() => bad.forEach((socket) => void socket.destroy()))
  for (let n = 0; n < count; n += OPENED_AT_ONCE) {
    const some = Array.from({ length: Math.min(OPENED_AT_ONCE, count - n) }, (_, i) =>
      openBad(edge.port, n + i),
    )
    bad.push(...(await Promise.all(some)))
  }
  const open = bad.filter((socket) => !socket.destroyed).length
  const eachBytes = (rssOf(edge.child) - rssBefore) / Math.max(1, open)
  const beside = await goods(edge.port, GOOD_REQUESTS)
  const share = (100 * beside.answered) / GOOD_REQUESTS
  say(
    `slow: ${open} open, each ${(eachBytes / 1024).toFixed(1)} KiB; good ones beside: ${share.toFixed(2)} % answered, p99 ${beside.p99.toFixed(2)} ms`,
  )
  const missed = [share < 99.9, beside.p99 > Math.max(2 * alone.p99, alone.p99 + 1), eachBytes > 20 * 1024]
  return missed.filter(Boolean).length
}

/** All of them come from one address here; the limit for each has a test of its own. */
const LIMITS = ['--max-connections', '20000', '--max-connections-per-address', '20000']

/** Slow in one of four ways. */
function openBad(port: number, n: number): Promise<Socket> {
  const starts = [
    'GET /slow HTTP/1.1\r\nHost: t.test\r\nX-A: ',
    'POST /slow HTTP/1.1\r\nHost: t.test\r\nContent-Length: 100000\r\n\r\n',
    '',
    request('GET /good HTTP/1.1', ['Host: t.test']).repeat(20),
  ]
  const kind = n % starts.length
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.once('close', () => resolve(socket))
    socket.once('connect', () => {
      // The last kind asks and does not read.
      if (kind === 3) socket.pause()
      else socket.resume()
      if (starts[kind] !== '') socket.write(starts[kind] ?? '')
      if (kind < 2) drip(socket)
      resolve(socket)
    })
  })
}

function drip(socket: Socket): void {
  const timer = setInterval(() => {
    if (socket.writable) socket.write('a')
    else clearInterval(timer)
  }, DRIP_MS)
  socket.once('close', () => clearInterval(timer))
}

async function goods(port: number, count: number): Promise<{ answered: number; p99: number }> {
  const times: number[] = []
  let left = count
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const startedAt = performance.now()
      const client = await RawClient.open(port).catch(() => null)
      if (client === null) continue
      client.send(request('GET /good HTTP/1.1', ['Host: t.test', 'Connection: close']))
      const text = await client.untilEnd()
      client.close()
      if (text.endsWith(BODY)) times.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: GOOD_AT_ONCE }, worker))
  times.sort((a, b) => a - b)
  return { answered: times.length, p99: times[Math.floor(times.length * 0.99)] ?? Infinity }
}

function rssOf(child: ChildProcess): number {
  const pages = readFileSync(`/proc/${child.pid ?? 0}/statm`, 'utf8').split(' ')[1]
  return Number(pages) * 4096
}
