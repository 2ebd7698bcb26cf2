/** What would make a request a hit that is none, in the order in which to try it. */
import type { Explanation, ExplainedHook, ExplainedStored, LastResponse } from './explanation.ts'
import { span, STORING_ADVICE } from './sentences.ts'

export function advise(explained: Omit<Explanation, 'advice'>): string[] {
  const { decision, stored, nearby, hooks } = explained
  switch (decision.outcome) {
    case 'hit':
      return []
    case 'stale':
      return ['it is served from the store, stale; a hit again once the refresh has come']
    case 'pass':
      return [passAdvice(decision.reason, hooks)]
    case 'pipe':
    case 'purge':
      return ['such a request is never a hit']
    case 'synth':
      return [`let ${decider(hooks)} not answer by itself`]
    case 'error':
      return [
        decision.reason === 'only-if-cached'
          ? 'the request has only-if-cached: ask once without it'
          : `mend what failed: ${decision.reason}`,
      ]
    default:
      return [...missAdvice(stored, decision.reason, explained.lastResponse), ...nearby.map(nearbyAdvice)]
  }
}

function nearbyAdvice({ key, differs }: Explanation['nearby'][number]): string {
  return `a response is stored under ${key.replace(/\n(?:\d+:)?/g, ' + ')} (${differs}): where that is the same page, let recv set request.url or host, or redirect`
}

function passAdvice(reason: string, hooks: readonly ExplainedHook[]): string {
  switch (reason) {
    case 'method':
      return 'only GET and HEAD are looked up'
    case 'request-body':
      return 'a GET with content is never looked up'
    case 'precondition':
      return 'If-Match and If-Unmodified-Since are for the origin to judge: ask without them'
    case 'range':
      return 'the range goes past the store: --range-misses whole fetches the whole, which then answers ranges'
    default:
      return `let ${decider(hooks)} not answer pass('${reason}')`
  }
}

/** The hook that decided last, with its place. */
function decider(hooks: readonly ExplainedHook[]): string {
  const last = hooks.findLast(
    ({ hook, verdict }) => !['synth', 'deliver', 'pass'].includes(hook) && /^(?:pass|synth)\(/.test(verdict),
  )
  return last === undefined ? 'the policy' : `${last.hook} of ${last.route} (${last.place})`
}

function missAdvice(stored: readonly ExplainedStored[], reason: string, last: LastResponse | null): string[] {
  if (reason === 'authorization') {
    return [
      'the request has Authorization, and what is stored may not be reused for it: let the origin answer with public, s-maxage or must-revalidate (RFC 9111 §3.5), or drop the field in recv where the answer does not depend on it',
    ]
  }
  const chosen = stored.find(({ isChosen }) => isChosen)
  if (chosen !== undefined) return reuseAdvice(chosen)
  const responses = stored.filter(({ kind }) => kind === 'response')
  const nearest = nearestOf(responses)
  if (nearest !== undefined) return [variantAdvice(nearest)]
  if (stored.some(({ kind }) => kind === 'part'))
    return ['only a part is stored: the next whole response that comes is stored in its place']
  if (last !== null && last.unstored !== null)
    return [`what the origin sent last was not stored (${last.unstored}): ${storingAdvice(last)}`]
  if (stored.length > 0) return ['what came last could not be stored, and the journal no longer knows why']
  return [
    'nothing is stored under its key yet: the first response that may be stored makes the next request a hit',
  ]
}

export function storingAdvice({ unstored, rules }: LastResponse): string {
  const broken = rules.filter(({ ok }) => !ok).map(({ rule }) => STORING_ADVICE[rule])
  if (broken.length > 0) return broken.join('; ')
  return unstored !== null && unstored in STORING_ADVICE
    ? STORING_ADVICE[unstored as keyof typeof STORING_ADVICE]
    : 'no rule forbids it'
}

/** The variant with the fewest differences; of several the newest. */
export function nearestOf(responses: readonly ExplainedStored[]): ExplainedStored | undefined {
  const differences = ({ variant }: ExplainedStored): number =>
    variant.filter(({ stored, requested }) => stored !== requested).length
  return responses
    .filter(({ matches }) => !matches)
    .reduce<ExplainedStored | undefined>(
      (nearest, one) => (nearest === undefined || differences(one) < differences(nearest) ? one : nearest),
      undefined,
    )
}

function variantAdvice({ variant }: ExplainedStored): string {
  const names = variant.filter(({ stored, requested }) => stored !== requested).map(({ name }) => name)
  const helpers: Readonly<Record<string, string>> = {
    'accept-language': 'normaliseLanguage(request, […])',
    'accept-encoding': 'normaliseEncoding(request)',
    cookie: 'keepCookies(request, …) or dropCookies(request)',
    'user-agent': 'deviceClass(request), in place of the whole field,',
  }
  const how = names.map((name) => helpers[name] ?? `setting ${name} to one of a few values`)
  return `the origin varies by ${names.join(', ')}: ${how.join(' and ')} in recv makes requests that mean the same ask for one variant`
}

function reuseAdvice({ reuse, freshness, rules }: ExplainedStored): string[] {
  const { lifetimeMs, lifetimeFrom } = freshness
  switch (reuse) {
    case 'no-cache':
      return ["let the origin leave no-cache out, or say response.storeDespite('no-cache') in originResponse"]
    case 'must-revalidate':
      return ['a longer lifetime; or no must-revalidate, proxy-revalidate or s-maxage, and a grace']
    case 'expired': {
      const broken = rules.find(({ ok }) => !ok)
      const longer = `a lifetime longer than ${span(lifetimeMs)} (it is from ${lifetimeFrom}): Cache-Control: max-age from the origin, or response.ttl`
      return [
        `${longer}; or a grace (response.grace, stale-while-revalidate), to be served stale while it is refreshed`,
        ...(broken === undefined ? [] : [STORING_ADVICE[broken.rule]]),
      ]
    }
    case 'request-no-cache':
    case 'request-max-age':
    case 'request-min-fresh':
      return ['the client asks for it: --client-reload trusted or none does not grant that to everybody']
    default:
      return ['a policy decided otherwise']
  }
}
