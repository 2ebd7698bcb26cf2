/** What a hostile or odd request is, and what must become of it. */

export interface RequestCase {
  readonly id: string
  readonly why: string
  /** As latin1. */
  readonly bytes: string
  /** FIN follows the bytes. */
  readonly ends?: boolean
  readonly verdict: Verdict
}

export type Verdict =
  /** One of these statuses, and the connection closed; the origin sees no complete request of it. */
  | { readonly kind: 'refused'; readonly with: readonly number[] }
  /** `METHOD target body` of each request that the origin sees, in order, and field lines it sees besides, or doesn't. */
  | {
      readonly kind: 'forwarded'
      readonly as: readonly string[]
      readonly answers: number
      readonly also?: Sees
    }
  /** Answered here with these statuses; the origin sees nothing. */
  | { readonly kind: 'answered'; readonly with: readonly number[] }
  /** The client broke off: no answer is owed, and the origin sees nothing complete. */
  | { readonly kind: 'broken' }

/** Values of fields of the first forwarded request; null where there must be none. */
export type Sees = Readonly<Record<string, string | null>>

export function refused(id: string, why: string, bytes: string, ...statuses: number[]): RequestCase {
  return { id, why, bytes, verdict: { kind: 'refused', with: statuses.length === 0 ? [400] : statuses } }
}

export function forwarded(id: string, why: string, bytes: string, as: string, also: Sees = {}): RequestCase {
  return { id, why, bytes, verdict: { kind: 'forwarded', as: [as], answers: 1, also } }
}
