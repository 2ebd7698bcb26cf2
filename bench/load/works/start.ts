/** From exec to the first answer that came from the origin. */
import { Client } from '../fetch.ts'
import { fieldsOf } from '../mix.ts'
import { freePort, untilListening } from '../places.ts'
import { SERVER_CORE, startSilent } from '../process.ts'
import { spread } from '../ratios.ts'
import { lacquerCommand } from '../subjects/lacquer.ts'
import { USUAL_NEEDS } from '../subjects/subject.ts'
import type { Work } from './work.ts'

const TIMES = 7
const MOST_MS = 400

export const start: Work = {
  name: 'start',
  about: 'time from exec to the first answer',

  async run({ origin }) {
    const times: number[] = []
    for (let i = 0; i < TIMES; i++) times.push(await timeToFirstAnswer(origin))
    const of = spread(times)
    const target = { atMost: MOST_MS }
    return {
      work: this.name,
      measurements: [],
      findings: [{ what: 'start to first answer', value: of.median, spread: of, unit: 'ms', target }],
    }
  },
}

async function timeToFirstAnswer(origin: string): Promise<number> {
  const port = await freePort()
  const startedAt = performance.now()
  const running = startSilent(SERVER_CORE, lacquerCommand(origin, USUAL_NEEDS, undefined, port))
  const client = new Client()
  try {
    await untilListening(port, running, 2)
    const { status } = await client.get(`http://127.0.0.1:${port}/o/0`, fieldsOf('/o/0', false))
    if (status !== 200) throw new Error(`the first answer has status ${status}`)
    return performance.now() - startedAt
  } finally {
    client.close()
    await running.stop()
  }
}
