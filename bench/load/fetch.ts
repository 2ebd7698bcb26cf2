/** A plain client for everything but the load itself. */
import { Agent, request, type IncomingHttpHeaders } from 'node:http'

export interface Fetched {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 20 })

  get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Fetched> {
    return this.#ask('GET', url, headers, undefined)
  }

  /** With a body of JSON. */
  post(url: string, body: unknown): Promise<Fetched> {
    return this.#ask('POST', url, { 'Content-Type': 'application/json' }, JSON.stringify(body))
  }

  #ask(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<Fetched> {
    return new Promise((resolve, reject) => {
      const asked = request(url, { method, agent: this.#agent, headers }, (response) => {
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
      asked.once('error', reject)
      asked.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
