/**
 * The driver: the one place that knows that a step may have to wait.
 *
 * A step does one thing to its machine (a request, a fetch) and says what comes next: another step, a promise of one (only where
 * a policy's hook is asynchronous), `parked` (somebody will drive the machine on when what it waits for has happened), or `done`.
 * A hit therefore runs from first byte to last without a promise.
 */

export type Step<Machine> = (machine: Machine) => Step<Machine> | Promise<Step<Machine>>

export interface Drivable<Machine> {
  /** What to do when a step throws. Must not throw. */
  caught(error: unknown): Step<Machine>
  /** Whether the machine has come to its end by other means, so that a wait that ends later must not drive it on. */
  readonly isOver: boolean
}

/** The machine waits; whoever it waits for drives it on. */
export function parked(): never {
  throw new Error('parked is not a step to be run')
}

/** The machine has come to its end. */
export function done(): never {
  throw new Error('done is not a step to be run')
}

/** Runs steps until the machine waits or is done; says whether it is done. Hot. */
export function drive<Machine extends Drivable<Machine>>(machine: Machine, first: Step<Machine>): boolean {
  let step = first
  while (step !== done && step !== parked) {
    let next: Step<Machine> | Promise<Step<Machine>>
    try {
      next = step(machine)
    } catch (error) {
      next = machine.caught(error)
    }
    if (typeof next !== 'function') {
      wait(machine, next)
      return false
    }
    step = next
  }
  return step === done
}

function wait<Machine extends Drivable<Machine>>(machine: Machine, next: Promise<Step<Machine>>): void {
  next.then(
    (step) => {
      if (!machine.isOver) drive(machine, step)
    },
    (error: unknown) => {
      if (!machine.isOver) drive(machine, machine.caught(error))
    },
  )
}
