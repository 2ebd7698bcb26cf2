// Ten times more than the store may hold, in bodies of all sizes and heads of all lengths: it stays within its budget, and
// what it still has is whole.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Dice } from './dice.ts'
import { stand } from './stand.ts'
import { request } from './wire-text.ts'

const BUDGET_BYTES = 1024 * 1024
const SEED = 20_261_122

test('a store that is filled ten times over stays within its budget', async (t) => {
  const edge = await stand(t, { parameters: { memory: '1MiB', maxStoredBytes: '512KiB' } })
  edge.origin.script((asked) => {
    const body = bodyOf(asked.target)
    const more = `X-More: ${'m'.repeat(body.length % 3000)}`
    asked.send(
      `HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\n${more}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
  })
  const dice = new Dice(SEED)
  let filled = 0
  for (let n = 1; filled < 10 * BUDGET_BYTES; n++) {
    // Old ones are asked for again now and then, to be evicted while they are sent or found evicted.
    const number = dice.oneIn(4) ? 1 + dice.below(n) : n
    const target = `/${number}`
    const client = await edge.connect()
    client.send(request(`GET ${target} HTTP/1.1`, ['Host: t.test']))
    const [response] = await client.responses(1)
    client.close()
    assert.ok(response?.body === bodyOf(target), `${target} is not what the origin has`)
    const { usedBytes, limitBytes, draftBytes } = edge.store.figures()
    assert.equal(limitBytes, BUDGET_BYTES)
    assert.ok(usedBytes + draftBytes <= limitBytes, `${usedBytes} + ${draftBytes} of ${limitBytes}`)
    filled += response.body.length
  }
  assert.ok(edge.store.figures().evictions > 0)
})

/** Each target has a length and a text of its own. */
function bodyOf(target: string): string {
  const number = Number(target.slice(1))
  const bytes = new Dice(number).below(number % 10 === 0 ? 400_000 : 20_000)
  return `${number} `.repeat(Math.ceil(bytes / `${number} `.length) + 1).slice(0, bytes + 1)
}
