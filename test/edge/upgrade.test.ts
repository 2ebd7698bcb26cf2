// RFC 9110 §7.8: a switch of protocols, over real sockets, with the wiring of the program.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { startEdge } from '../../src/cli/edge.ts'
import { readConfig } from '../../src/config/config.ts'
import { loadPolicies } from '../../src/policy/load.ts'

const ASK =
  'GET /chat HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n'

/** An origin that switches to a protocol in which everything comes back in upper case. */
async function shoutingOrigin(t: TestContext): Promise<number> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    let head = ''
    socket.on('error', () => undefined)
    const readHead = (bytes: Buffer): void => {
      head += bytes.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      socket.off('data', readHead)
      assert.match(head, /\r\nupgrade: websocket\r\n/i)
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s\r\n\r\nwelcome;',
      )
      socket.on('data', (message: Buffer) => socket.write(message.toString('latin1').toUpperCase()))
      const early = head.slice(end + 4)
      if (early !== '') socket.write(early.toUpperCase())
    }
    socket.on('data', readHead)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function edgeBefore(t: TestContext, originPort: number): Promise<number> {
  const config = readConfig([
    {
      kind: 'option',
      values: {
        listen: '127.0.0.1:0',
        admin: '127.0.0.1:0',
        origins: { default: `http://127.0.0.1:${originPort}` },
        accessLog: 'off',
      },
    },
  ])
  assert.ok(config.ok)
  const policies = await loadPolicies([], 'test')
  const edge = await startEdge({ settings: config.settings, policies, version: 'test', processMetrics: null })
  t.after(() => edge.stop(0))
  return edge.address.port
}

/** What a client hears, and how to wait for it. */
class Ear {
  text = ''
  readonly socket: Socket

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('data', (bytes: Buffer) => (this.text += bytes.toString('latin1')))
  }

  async hears(what: string): Promise<void> {
    while (!this.text.includes(what)) await once(this.socket, 'data')
  }
}

test('after the 101 both sides are joined byte for byte, what came early included', async (t) => {
  const ear = new Ear(await edgeBefore(t, await shoutingOrigin(t)))
  ear.socket.write(`${ASK}early `)
  await ear.hears('EARLY')
  assert.match(ear.text, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
  assert.match(ear.text, /\r\nSec-WebSocket-Accept: s\r\n/i)
  assert.match(ear.text, /\r\n\r\nwelcome;/)
  const large = 'x'.repeat(300_000)
  ear.socket.write(large)
  await ear.hears(large.toUpperCase())
  ear.socket.end()
  await once(ear.socket, 'close')
})

test('when the client goes, the origin hears of it', async (t) => {
  const port = await edgeBefore(t, await shoutingOrigin(t))
  const ear = new Ear(port)
  ear.socket.write(ASK)
  await ear.hears('welcome;')
  ear.socket.destroy()
  // The edge serves on.
  const next = new Ear(port)
  next.socket.write(ASK)
  await next.hears('welcome;')
  next.socket.destroy()
})
