// An operator, or NTP, sets the wall clock an hour or a day forth or back: what is stored ages by the other clock, so that
// nothing is served longer than its time, nor lost before it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { formatHttpDate } from '../../src/http/date.ts'
import { stand, type Stand } from './stand.ts'
import { request } from './wire-text.ts'

const HOUR = 3_600_000

for (const [name, step] of Object.entries({
  'an hour forth': HOUR,
  'an hour back': -HOUR,
  'a day forth': 24 * HOUR,
  'a day back': -24 * HOUR,
})) {
  test(`what is stored keeps its time when the clock is set ${name}`, async (t) => {
    const clock = new VirtualClock()
    const edge = await stand(t, { clock })
    edge.origin.script((asked) => {
      asked.send(
        `HTTP/1.1 200 OK\r\nDate: ${formatHttpDate(clock.wall())}\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nok`,
      )
    })
    assert.match(await cacheStatus(edge), /fwd=uri-miss.*stored/)
    clock.advance(10_000)
    assert.match(await cacheStatus(edge), /hit; ttl=50/)
    clock.stepWall(step)
    assert.match(await cacheStatus(edge), /hit; ttl=50/, 'the step made it neither older nor younger')
    clock.advance(49_000)
    assert.match(await cacheStatus(edge), /hit; ttl=1/)
    clock.advance(2000)
    assert.match(await cacheStatus(edge), /fwd=stale/, 'its time is up')
    assert.match(await cacheStatus(edge), /hit/, 'what was fetched after the step is stored as well')
    assert.equal(edge.origin.requests.length, 2)
  })
}

async function cacheStatus(edge: Stand): Promise<string> {
  const client = await edge.connect()
  client.send(request('GET /page HTTP/1.1', ['Host: t.test']))
  const [response] = await client.responses(1)
  client.close()
  assert.equal(response?.status, 200)
  return /^Cache-Status: (.*)$/m.exec(response.head)?.[1] ?? ''
}
