/**
 * The states of an origin's breaker, and the results of its probes. Here because both `origin/`, which has the machine, and the table of counters, which
 * has a label for each, stand on it.
 */
export const BREAKER_STATES = [
  'closed', // fetches go to the origin
  'open', // fetches are refused at once
  'half-open', // one fetch at a time is let through, to see whether the origin is back
] as const
export type BreakerState = (typeof BREAKER_STATES)[number]

export const PROBE_RESULTS = ['good', 'bad'] as const
export type ProbeResult = (typeof PROBE_RESULTS)[number]
