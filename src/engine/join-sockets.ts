/** Joins two connections byte for byte, with backpressure, until one ends or both are silent for too long. */
import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../base/clock.ts'

interface End {
  readonly socket: Duplex
  /** What it had sent before it was joined. */
  readonly early: Buffer
}

export function joinSockets(
  a: End,
  b: End,
  limits: { readonly clock: Clock; readonly idleMs: number },
): void {
  let open = 2
  const idle = new IdleWatch(limits.clock, limits.idleMs, () => {
    a.socket.destroy()
    b.socket.destroy()
  })
  for (const { socket } of [a, b]) {
    socket.on('close', () => {
      // One side may have said all it has to say while the other goes on: it is watched until both are gone.
      if (--open === 0) idle.stop()
    })
  }
  forward(a, b, idle)
  forward(b, a, idle)
}

function forward(from: End, to: End, idle: IdleWatch): void {
  if (from.early.length > 0) to.socket.write(from.early)
  from.socket.on('data', () => idle.touch())
  from.socket.pipe(to.socket)
  from.socket.on('error', () => to.socket.destroy())
  from.socket.on('close', () => {
    // A connection that ended well was half-closed by pipe already; one that broke takes the other with it.
    if (!from.socket.readableEnded) to.socket.destroy()
  })
}

class IdleWatch {
  readonly #clock: Clock
  readonly #idleMs: number
  readonly #expired: () => void
  #timer: Timer
  #touchedAt: number

  constructor(clock: Clock, idleMs: number, expired: () => void) {
    this.#clock = clock
    this.#idleMs = idleMs
    this.#expired = expired
    this.#touchedAt = clock.now()
    this.#timer = this.#arm(idleMs)
  }

  touch(): void {
    this.#touchedAt = this.#clock.now()
  }

  stop(): void {
    this.#timer.cancel()
  }

  #arm(delayMs: number): Timer {
    return this.#clock.after(delayMs, () => {
      const leftMs = this.#touchedAt + this.#idleMs - this.#clock.now()
      if (leftMs <= 0) this.#expired()
      else this.#timer = this.#arm(leftMs)
    })
  }
}
