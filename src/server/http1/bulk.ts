/**
 * Large stored bodies take turns: of all of them together so much is written in one turn of the event loop, and whoever has
 * more waits in line.
 *
 * A kernel takes a megabyte at once from whoever hands it over, which costs a millisecond, and Node accepts one connection in a
 * turn. Thousands who ask for a large body would otherwise keep everybody behind them waiting to be accepted until the bodies
 * have been written.
 */

export interface BulkSender {
  /** Has its turn; asks for another one if it needs it. */
  pump(): void
}

export class Bulk {
  readonly #bytesPerTurn: number
  #left: number
  #isRenewing = false
  #isHurried = false
  #line: BulkSender[] = []

  constructor(bytesPerTurn: number = BYTES_PER_TURN) {
    this.#bytesPerTurn = this.#left = bytesPerTurn
  }

  /** Bytes that may be written in this turn; 0: `wait` for another one. */
  get left(): number {
    return this.#left
  }

  /**
   * Bytes to hand over at once. What of them the kernel does not take is written whenever it can take more, of any number of
   * connections in one turn: so it is less where many wait.
   */
  get sliceBytes(): number {
    return this.#line.length > FEW ? SMALL_SLICE_BYTES : SLICE_BYTES
  }

  /** A connection was accepted, and others may be waiting for that: the next turn is to be short. */
  hurry(): void {
    this.#isHurried = true
  }

  /** So many have been. */
  spend(bytes: number): void {
    this.#left = Math.max(0, this.#left - bytes)
    this.#renew()
  }

  /** Has it called in another turn, behind those who wait already. */
  wait(sender: BulkSender): void {
    this.#line.push(sender)
    this.#renew()
  }

  /** A new turn. */
  begin(): void {
    this.#isRenewing = false
    this.#left = this.#isHurried ? Math.min(HURRIED_BYTES, this.#bytesPerTurn) : this.#bytesPerTurn
    this.#isHurried = false
    const line = this.#line
    let served = 0
    while (served < line.length && this.#left > 0) line[served++]!.pump()
    this.#line = line.slice(served)
    if (this.#line.length > 0) this.#renew()
  }

  #renew(): void {
    if (this.#isRenewing) return
    this.#isRenewing = true
    setImmediate(begin, this)
  }
}

/** Enough to keep fast networks busy, and some hundred microseconds of work. */
const BYTES_PER_TURN = 256 * 1024
/** The same while connections come in. */
const HURRIED_BYTES = 64 * 1024

/** At most so much of a body waits in a socket. */
const SLICE_BYTES = 256 * 1024
const SMALL_SLICE_BYTES = 32 * 1024
const FEW = 256

function begin(bulk: Bulk): void {
  bulk.begin()
}
