/** The end of an exchange: what it held is let go, and it is counted and logged. Runs once for each. */
import type { ExchangeEnd } from '../exchange.ts'
import type { Transaction } from '../transaction.ts'

/** Hot. */
export function finish(tx: Transaction, end: ExchangeEnd): void {
  tx.isOver = true
  tx.reader?.release()
  tx.reader = null
  tx.abandon?.()
  tx.releaseSlot()
  const { recorder, log } = tx.context
  const { refusal } = tx.exchange
  const outcome =
    refusal !== null ? 'refused' : tx.status === 0 && end === 'client-gone' ? 'gone' : tx.outcome
  if (tx.trace !== null) {
    const status = refusal?.status ?? tx.status
    tx.trace.note({ kind: 'finished', outcome, reason: refusal?.reason ?? tx.reason, status, end })
  }
  const durationMs = tx.clock.now() - tx.exchange.receivedAt
  recorder.route(tx.route.name).request(outcome, durationMs)
  log.access?.({
    atWall: tx.clock.wall() - durationMs,
    clientAddress: tx.exchange.clientAddress,
    method: tx.exchange.method,
    authority: tx.exchange.authority,
    target: tx.exchange.target,
    minorVersion: tx.exchange.minorVersion,
    status: refusal?.status ?? tx.status,
    outcome,
    reason: refusal?.reason ?? tx.reason,
    route: tx.route.name,
    bytesIn: tx.exchange.receivedBytes,
    bytesOut: tx.exchange.sentBytes,
    durationMs,
    referer: tx.exchange.fields.get('referer') ?? '',
    userAgent: tx.exchange.fields.get('user-agent') ?? '',
    end,
  })
}
