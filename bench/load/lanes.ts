/** What is compared in a work: one server under one mix is a lane. All servers of a work run beside each other. */
import { check, type Source } from './check.ts'
import { Client } from './fetch.ts'
import type { Mix } from './mix.ts'
import { isWanted } from './servers.ts'
import type { Needs, RunningSubject, Subject } from './subjects/subject.ts'
import type { WorkContext } from './works/work.ts'

export interface LanePlan {
  /** Told apart by it in tables; the subject's name where there is one lane for each. */
  readonly name: string
  readonly subject: Subject
  readonly mix: Mix
  readonly source: Source
  /** As in `LoadRequest`. */
  readonly perSecond?: number
  /**
   * Begins what goes on beside the load of each turn, which lasts `seconds`. What it does until it resolves is not measured; what it
   * resolves with ends it.
   */
  readonly beside?: (running: RunningSubject, seconds: number) => Promise<() => Promise<void>>
}

export interface Lane extends LanePlan {
  readonly running: RunningSubject
}

/** One lane for each subject, all under the same mix. */
export function lanesFor(subjects: readonly Subject[], mix: Mix, source: Source): LanePlan[] {
  return subjects.map((subject) => ({ name: subject.name, subject, mix, source }))
}

/** Starts each server that is wanted and installed once, checks every lane, hands the lanes over, and stops the servers. */
export async function withLanes<Result>(
  plans: readonly LanePlan[],
  { origin, options }: WorkContext,
  needs: Needs,
  use: (lanes: readonly Lane[]) => Promise<Result>,
): Promise<Result> {
  const started = new Map<Subject, RunningSubject>()
  const client = new Client()
  try {
    const lanes: Lane[] = []
    for (const plan of plans) {
      if (!isWanted(plan.subject, options)) continue
      const running = started.get(plan.subject) ?? (await plan.subject.start(origin, needs))
      started.set(plan.subject, running)
      await check(client, running.url, origin, plan.mix, plan.source).catch((error: unknown) => {
        throw new Error(`${plan.name} is not right`, { cause: error })
      })
      lanes.push({ ...plan, running })
    }
    return await use(lanes)
  } finally {
    client.close()
    for (const running of started.values()) await running.stop()
  }
}
