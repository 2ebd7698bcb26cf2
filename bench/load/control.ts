/** Steers Lacquer over its control API. */
import type { Client } from './fetch.ts'

export interface Purged {
  /** Removed by now, and under how many keys more will be. */
  readonly responses: number
  readonly pendingKeys: number
  readonly pending: boolean
}

export class Control {
  readonly #client: Client
  readonly #admin: string

  /** `admin`: as a running subject says it. */
  constructor(client: Client, admin: string | null) {
    if (admin === null) throw new Error('this server is not steered by the bench')
    this.#client = client
    this.#admin = admin
  }

  /** Resolves when it is acknowledged. */
  async purgeTag(tag: string): Promise<Purged> {
    return (await this.#change('/v1/purge', { tags: [tag] })) as Purged
  }

  async ban(expression: string): Promise<void> {
    await this.#change('/v1/bans', { expression })
  }

  /** How many bans are in force, purges that are still worked off among them. */
  async bans(): Promise<number> {
    const { status, body } = await this.#client.get(`${this.#admin}/v1/bans`)
    if (status !== 200) throw new Error(`bans: status ${status}`)
    return (JSON.parse(body.toString()) as { readonly bans: readonly unknown[] }).bans.length
  }

  /** A metric of the process without labels, as of now. */
  async metric(name: string): Promise<number> {
    const { body } = await this.#client.get(`${this.#admin}/metrics`)
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(body.toString())?.[1]
    if (value === undefined) throw new Error(`there is no metric ${name}`)
    return Number(value)
  }

  async #change(path: string, wanted: unknown): Promise<unknown> {
    const { status, body } = await this.#client.post(this.#admin + path, wanted)
    if (status !== 200) throw new Error(`${path}: status ${status}: ${body.toString()}`)
    return JSON.parse(body.toString()) as unknown
  }
}
