/** A small forward proxy: opens tunnels by CONNECT (RFC 9110 §9.3.6) to names that only it knows. */
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Stage } from './stage.ts'

export interface ForwardProxy {
  readonly url: string
  /** Every authority that a tunnel was asked for, in order. */
  readonly asked: readonly string[]
  /** From now on refuses every tunnel. */
  refuse(): void
}

/** Starts the proxy; `names` says which authority stands for which port on loopback. */
export async function startForwardProxy(
  stage: Stage,
  names: Readonly<Record<string, number>>,
): Promise<ForwardProxy> {
  const asked: string[] = []
  let refuses = false
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connect', (request, client) => {
    const authority = request.url ?? ''
    asked.push(authority)
    client.on('error', () => client.destroy())
    const port = names[authority]
    if (refuses || port === undefined) {
      client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const origin = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      origin.pipe(client)
      client.pipe(origin)
    })
    origin.on('error', () => client.destroy())
    client.once('close', () => origin.destroy())
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  stage.atEnd(() => new Promise((resolve) => server.close(resolve)))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    refuse: () => {
      refuses = true
    },
  }
}
