// RFC 9112 §9.8: a TLS connection that ends without close_notify may have been cut by whoever is on the way.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { certificate } from './certificate.ts'
import { originAt, Outcome, settle } from './outcome.ts'
import { RawOrigin } from './raw-origin.ts'

const LOCAL = certificate('IP:127.0.0.1')
const TO_THE_END = 'HTTP/1.1 200 OK\r\n\r\nhello'

/** Passes bytes on both ways, until it cuts the way back with a FIN of its own. */
class Wiretap {
  readonly #server = createServer((near) => {
    const far = connect(this.#port, '127.0.0.1')
    this.nears.push(near)
    far.on('error', () => near.destroy())
    near.on('error', () => far.destroy())
    near.on('close', () => far.destroy())
    far.on('data', (bytes) => near.write(bytes))
    far.on('end', () => near.end())
    near.on('data', (bytes) => far.write(bytes))
  })
  readonly #port: number
  readonly nears: Socket[] = []

  constructor(port: number) {
    this.#port = port
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  cut(): void {
    for (const near of this.nears) near.end()
  }

  close(): void {
    this.#server.close()
    for (const near of this.nears) near.destroy()
  }
}

async function stage(
  t: TestContext,
): Promise<{ origin: ReturnType<typeof originAt>; raw: RawOrigin; tap: Wiretap }> {
  const raw = await RawOrigin.listen(LOCAL)
  const tap = new Wiretap(raw.port)
  const origin = originAt(await tap.listen(), { ca: LOCAL.cert }, new VirtualClock())
  t.after(async () => {
    tap.close()
    await raw.close()
    await origin.close()
  })
  return { origin, raw, tap }
}

test('a body that only the end delimits is complete where TLS says goodbye', async (t) => {
  const { origin, raw } = await stage(t)
  raw.script((request) => request.sendAndCut(TO_THE_END))
  assert.equal(await Outcome.of(origin).over(), '200 hello')
})

test('a large one too, of which the last bytes and the goodbye come together', async (t) => {
  const { origin, raw } = await stage(t)
  const body = Buffer.alloc(1_000_000, 'abcdefghij')
  raw.script((request) => request.sendAndCut(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), body])))
  const got = Outcome.of(origin, undefined, (outcome) => {
    outcome.onData = () => {
      outcome.fetch!.pause()
      setImmediate(() => outcome.fetch!.resume())
    }
  })
  await got.over()
  assert.equal(got.error, null)
  assert.ok(Buffer.concat(got.chunks).equals(body))
})

test('it is truncated where the connection just ends', async (t) => {
  const { origin, raw, tap } = await stage(t)
  raw.script((request) => request.send(TO_THE_END))
  const got = Outcome.of(origin)
  await got.until(() => got.body === 'hello')
  tap.cut()
  assert.equal(await got.over(), '200 hello failed truncated')
})

test('it is truncated where the cut comes while nobody reads', async (t) => {
  const { origin, raw, tap } = await stage(t)
  raw.script((request) => request.send(TO_THE_END))
  const got = Outcome.of(origin, undefined, (outcome) => {
    outcome.onHead = () => outcome.fetch!.pause()
  })
  await got.until(() => got.response !== null)
  tap.cut()
  await settle()
  got.fetch!.resume()
  await got.over()
  assert.equal(got.error?.failure, 'truncated')
})

test('a body of known length needs no goodbye', async (t) => {
  const { origin, raw, tap } = await stage(t)
  raw.script((request) => {
    request.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')
  })
  assert.equal(await Outcome.of(origin).over(), '200 hello')
  tap.cut()
  await raw.connections[0]!.closed
})
