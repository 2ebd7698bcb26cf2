import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, get as httpGet, type Server } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { Lacquer, run } from './lacquer.ts'

const ANY = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0']

interface Places {
  readonly base: string
  readonly admin: string
  readonly port: number
}

/** Where it says that it listens. */
async function places(edge: Lacquer): Promise<Places> {
  const found = await edge.says(
    /listens on (http:\/\/127\.0\.0\.1:(\d+)) \(metrics and health on (http:\S+)\)[^]*lacquer_requests_total\n/,
  )
  return { base: found[1] ?? '', admin: found[3] ?? '', port: Number(found[2]) }
}

/** A client that sends bytes and keeps what comes. */
async function dial(port: number, bytes: string): Promise<{ socket: Socket; closed: Promise<string> }> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.setEncoding('latin1').on('data', (text: string) => (received += text))
  const closed = once(socket, 'close').then(() => received)
  await once(socket, 'connect')
  socket.write(bytes)
  return { socket, closed }
}

/** Asks and reads the answer to its end. */
function get(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    httpGet(url, { agent }, (response) => response.resume().on('end', resolve).on('error', reject)).on(
      'error',
      reject,
    )
  })
}

describe('lacquer serve', () => {
  test('starts the demo, says where it listens, serves, and what it says to try works', async () => {
    await using edge = new Lacquer(ANY)
    const { base, admin } = await places(edge)
    const curl = await edge.says(/curl -i (\S+)/)
    const first = await fetch(curl[1] ?? '')
    assert.equal(first.status, 200)
    const second = await fetch(curl[1] ?? '')
    assert.equal(await second.text(), await first.text())
    assert.match(second.headers.get('cache-status') ?? '', /hit/)
    assert.match(await (await fetch(base)).text(), /demo origin/)
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    assert.match(metrics, /^lacquer_requests_total\{(?=[^}]*outcome="hit")(?=[^}]*route="demo")[^}]*\} 1$/m)
    assert.match(metrics, /^lacquer_stored_responses 2$/m)
    assert.match(metrics, /^process_cpu_seconds_total /m)
    assert.match(metrics, /^nodejs_eventloop_lag_p99_seconds /m)
    assert.equal((await fetch(`${admin}/readyz`)).status, 200)
  })

  test('logs each request on standard output as a line of JSON', async () => {
    await using edge = new Lacquer(ANY)
    const { base } = await places(edge)
    await (await fetch(`${base}/private?a=b`, { headers: { authorization: 'Basic c2VjcmV0' } })).text()
    const line = await edge.says(/^\{.*"target":"\/private\?a=b".*\}$/m)
    const record = JSON.parse(line[0]) as Record<string, unknown>
    assert.equal(record['status'], 200)
    assert.equal(record['method'], 'GET')
    assert.doesNotMatch(line[0], /c2VjcmV0/)
  })

  test('logs nothing with --no-access-log', async () => {
    const edge = new Lacquer([...ANY, '--no-access-log'])
    const { base } = await places(edge)
    await (await fetch(`${base}/private`)).text()
    edge.kill('SIGTERM')
    assert.equal((await edge.finished()).out, '')
  })

  test('PORT means every address on that port', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    await using edge = new Lacquer(['--admin', '127.0.0.1:0'], { env: { PORT: String(port) } })
    assert.equal((await places(edge)).port, port)
  })
})

describe('a log that nobody reads', () => {
  test('does not hold up requests, and not the end either; lines that are lost are counted', async () => {
    await using edge = new Lacquer(ANY, { unread: true })
    const { base, admin } = await places(edge)
    // A pipe holds 64 KiB and the queue 4 MiB: these make more than both.
    const target = `/private?${'x'.repeat(4000)}`
    const asked = 1200
    const agent = new Agent({ keepAlive: true, maxSockets: 8 })
    await Promise.all(Array.from({ length: asked }, () => get(`${base}${target}`, agent)))
    agent.destroy()
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    assert.match(metrics, /^lacquer_log_lines_dropped_total\{log="access"\} [1-9]\d*$/m)
    edge.kill('SIGTERM')
    assert.equal((await edge.finished()).status, 0)
  })
})

describe('what keeps it from starting: exit 1 with the reason', () => {
  let taken: Server
  let address = ''
  before(async () => {
    taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    address = `127.0.0.1:${(taken.address() as AddressInfo).port}`
  })
  after(() => taken.close())

  for (const option of ['--listen', '--admin']) {
    test(`the port of ${option} is taken`, async () => {
      const { status, err } = await run([...ANY, option, address])
      assert.equal(
        err,
        `lacquer: ${address} is taken by another program; choose another with ${option} HOST:PORT\n`,
      )
      assert.equal(status, 1)
    })
  }

  test('an address that is not of this machine', async () => {
    const { status, err } = await run([...ANY, '--listen', '192.0.2.1:0'])
    assert.match(err, /^lacquer: 192\.0\.2\.1:0 is no address of this machine/)
    assert.equal(status, 1)
  })

  test('an admin listener that others can reach, without a token', async () => {
    for (const command of ['serve', 'check']) {
      const { status, err } = await run([command, '--listen', '127.0.0.1:0', '--admin', '0.0.0.0:0'])
      assert.match(
        err,
        /^lacquer: others can reach the admin listener on 0\.0\.0\.0:0, and there is no token; .*--admin-token-file.*LACQUER_ADMIN_TOKEN/,
      )
      assert.equal(status, 1)
    }
  })

  test('a token that is too short to be a secret', async () => {
    const { status, err } = await run(ANY, { env: { LACQUER_ADMIN_TOKEN: 'secret' } })
    assert.match(err, /^lacquer: the admin token is not 16 or more letters.*openssl rand -hex 32/)
    assert.equal(status, 1)
  })

  test('an origin that is no URL', async () => {
    const { status, err } = await run([...ANY, '--origin', 'nonsense'])
    assert.match(err, /^lacquer: --origin: 'nonsense' is no URL/)
    assert.equal(status, 1)
  })

  test('a policy that does not load', async () => {
    const { status, err } = await run([...ANY, '--policies', 'test/cli/lacquer.ts'])
    assert.match(err, /^lacquer: test\/cli\/lacquer\.ts: a policy's default export/)
    assert.equal(status, 1)
  })
})

describe('the end', () => {
  /** An origin that answers when it is told to. */
  let origin: Server
  let answer: () => void = () => undefined
  let asked: Promise<unknown>
  let origins: string[] = []

  before(async () => {
    origin = createServer((_request, response) => {
      answer = () => response.end('late')
    }).listen(0, '127.0.0.1')
    await once(origin, 'listening')
    origins = ['--origin', `http://127.0.0.1:${(origin.address() as AddressInfo).port}`]
  })
  after(() => {
    origin.close()
    origin.closeAllConnections()
  })

  async function inFlight(edge: Lacquer): Promise<{ closed: Promise<string>; port: number; admin: string }> {
    const { port, admin } = await places(edge)
    asked = once(origin, 'request')
    const { closed } = await dial(port, 'GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n')
    await asked
    return { closed, port, admin }
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} lets what is in flight finish, accepts nothing more, and exits 0`, async () => {
      const edge = new Lacquer([...ANY, ...origins])
      const { closed, port, admin } = await inFlight(edge)
      edge.kill(signal)
      await edge.says(/ draining signal=/)
      assert.equal((await fetch(`${admin}/readyz`)).status, 503)
      assert.equal((await fetch(`${admin}/healthz`)).status, 200)
      const late = connect(port, '127.0.0.1')
      await once(late, 'error')
      answer()
      assert.match(await closed, /^HTTP\/1\.1 200 .*\r\n\r\nlate$/s)
      const { status, err } = await edge.finished()
      assert.equal(status, 0)
      assert.match(err, / stopped\n$/)
    })
  }

  test('idle connections do not hold it up', async () => {
    const edge = new Lacquer(ANY)
    const { port } = await places(edge)
    const { closed } = await dial(port, '')
    edge.kill('SIGTERM')
    assert.equal((await edge.finished()).status, 0)
    assert.equal(await closed, '')
  })

  test('what has not finished at the limit is broken off, and it exits 0 all the same', async () => {
    const edge = new Lacquer([...ANY, ...origins, '--drain-timeout', '10ms'])
    const { closed } = await inFlight(edge)
    edge.kill('SIGTERM')
    const { status, err } = await edge.finished()
    assert.equal(status, 0)
    assert.match(err, / stopped-at-limit\n$/)
    assert.equal(await closed, '')
  })

  for (const [signal, expected] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    test(`a second signal, ${signal}, ends it at once with ${expected}`, async () => {
      const edge = new Lacquer([...ANY, ...origins])
      const { closed } = await inFlight(edge)
      edge.kill('SIGTERM')
      await edge.says(/ draining /)
      edge.kill(signal)
      assert.equal((await edge.finished()).status, expected)
      await closed
    })
  }
})
