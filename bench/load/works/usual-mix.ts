/** The mixes that several works share. */
import type { DrawnMix } from '../mix.ts'
import type { BenchOptions } from '../options.ts'

const DRAWS = 100_000

/** 1 KiB objects, drawn by Zipf's law. */
export function usualMix({ urls, seed }: BenchOptions): DrawnMix {
  return { kind: 'drawn', prefix: '/o/', urls, seed, draws: DRAWS, validating: false }
}
