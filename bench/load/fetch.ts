/** A plain client for everything but the load itself. */
import { Agent, get, type IncomingHttpHeaders } from 'node:http'

export interface Fetched {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 20 })

  get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Fetched> {
    return new Promise((resolve, reject) => {
      const request = get(url, { agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        )
      })
      request.once('error', reject)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
