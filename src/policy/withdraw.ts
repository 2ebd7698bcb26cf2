/**
 * How a policy withdraws stored responses itself: after a write, say, where the origin does not say what it made untrue.
 * `engine/` implements it.
 */
import type { WithdrawOptions } from './verdict.ts'

/**
 * What was stored, and what is being fetched, validated or waited for at this moment, is not served as fresh any more once these
 * return. They answer how many stored responses that concerned; of a tag that more than 256 keys bear, under how many keys they are,
 * since those are withdrawn at once and counted later. Nothing is scanned. One transaction may name a bounded
 * number of tags and URLs (`withdrawalsPerTransaction` in `config/limits.ts`); more throws.
 */
export interface Withdraw {
  /** Every response that bears one of these tags (`response.tags` of `originResponse`). Throws `TypeError` for what is no tag. */
  tags(tags: string | readonly string[], options?: WithdrawOptions): number
  /**
   * Every variant of this URL: `'/list'` on the host of the request, or `'https://example.com/list'`. Throws `TypeError` for what
   * is no URL of http or https.
   */
  url(url: string, options?: WithdrawOptions): number
}
