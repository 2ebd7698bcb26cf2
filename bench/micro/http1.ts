/**
 * What the wire alone costs: our listener, answering every request with one stored response of 1 KiB, beside a bare
 * net.Server that writes the same bytes without reading the request. wrk (Debian's package) asks, 50 connections.
 *
 *   node --conditions=lacquer-source bench/micro/http1.ts [seconds]
 *
 * Prints requests per second and microseconds of CPU per request, user and system, of the serving process.
 */
import { spawn, fork, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import type { ClientExchange } from '../../src/engine/exchange.ts'
import { divideHead } from '../../src/http/not-modified.ts'
import { Fields } from '../../src/http/fields.ts'
import { Listener } from '../../src/server/listener.ts'
import { MemoryStore } from '../../src/store/memory/memory-store.ts'
import type { Slot } from '../../src/store/store.ts'

const VARIANTS = ['bare', 'data-events', 'reused-buffer'] as const
type Variant = (typeof VARIANTS)[number]

interface Cost {
  readonly served: number
  readonly cpuMicroseconds: number
}

const BROWSER = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-US,en;q=0.9',
  'Referer: http://t.test/index.html',
  'Sec-Fetch-Mode: navigate',
]

const [argument] = process.argv.slice(2)
if (process.send === undefined) await compare(Number(argument ?? 5))
else await serveVariant(argument as Variant)

async function compare(seconds: number): Promise<void> {
  console.log('variant'.padEnd(16), 'requests/s'.padStart(12), 'CPU µs/request'.padStart(16))
  for (const variant of VARIANTS) {
    const child = fork(import.meta.filename, [variant], { execArgv: ['--conditions=lacquer-source'] })
    const port = (await message(child)) as number
    await ask(port, 1)
    child.send('reset')
    await ask(port, seconds)
    child.send('report')
    const { served, cpuMicroseconds } = (await message(child)) as Cost
    child.kill()
    const rate = Math.round(served / seconds)
    console.log(
      variant.padEnd(16),
      String(rate).padStart(12),
      (cpuMicroseconds / served).toFixed(2).padStart(16),
    )
  }
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', () => reject(new Error('the server has gone')))
  })
}

function ask(port: number, seconds: number): Promise<void> {
  const fields = BROWSER.flatMap((line) => ['-H', line])
  const wrk = spawn('wrk', [
    '-t1',
    '-c50',
    `-d${seconds}s`,
    ...fields,
    `http://127.0.0.1:${port}/some/path?x=1`,
  ])
  return new Promise((resolve, reject) => {
    wrk.once('error', reject)
    wrk.once('exit', () => resolve())
  })
}

/** In the child: serves, and answers `report` with what it cost since `reset`. */
async function serveVariant(variant: Variant): Promise<void> {
  const { store, slot } = stored()
  let served = 0
  let before = process.resourceUsage()
  process.on('message', (order) => {
    const now = process.resourceUsage()
    const cpuMicroseconds = now.userCPUTime - before.userCPUTime + now.systemCPUTime - before.systemCPUTime
    if (order === 'report') process.send?.({ served, cpuMicroseconds } satisfies Cost)
    before = now
    served = 0
  })
  if (variant === 'bare') {
    const whole = Buffer.concat([
      Buffer.from(`${store.head(slot)}Age: 3\r\n\r\n`),
      store.readBody(slot, 0, 1024)!,
    ])
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => {
        served++
        socket.write(whole)
      })
    })
    server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
    return
  }
  const handle = (exchange: ClientExchange): void => {
    served++
    exchange.sendStored(store, slot, 'Age: 3\r\n', false)
  }
  const { port } = await new Listener({ reads: variant }, { handle }).listen('127.0.0.1', 0)
  process.send?.(port)
}

function stored(): { store: MemoryStore; slot: Slot } {
  const store = new MemoryStore({ memoryBytes: 2 ** 24, maxResponseBytes: 2 ** 20, maxVariants: 1 })
  const draft = store.draft(1024)
  draft?.append(Buffer.alloc(1024, 'x'))
  const fields = Fields.of(
    ['Date', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Cache-Control', 'max-age=60'],
    ['ETag', '"abcdef"'],
    ['Content-Length', '1024'],
  )
  const put = store.put({
    key: 'k',
    variant: { names: [], key: '' },
    ...{ status: 200, flags: 0, storedAt: 0, initialAgeMs: 0, lifetimeMs: 60_000, moment: 0 },
    ...{ graceMs: 0, staleIfErrorMs: 0, keepMs: 0, etag: '"abcdef"', lastModified: '', tags: [] },
    ...divideHead(200, fields),
    body: draft,
  })
  if (!put.ok) throw new Error(`the store refuses: ${put.why}`)
  return { store, slot: put.slot }
}
