/**
 * The public API: what `import … from 'lacquer-cache'` gives to a policy file and to `lacquer.config.ts`.
 */
export { route, type Route, type RouteDefinition } from './route.ts'
export {
  abandon,
  deliver,
  fetch,
  lookup,
  pass,
  pipe,
  purge,
  redirect,
  restart,
  retry,
  synth,
  type PurgeVerdict,
  type RetryOptions,
  type SynthContent,
  type SynthVerdict,
  type Verdict,
  type WithdrawOptions,
} from './verdict.ts'
export { defineConfig, type LacquerConfig } from '../config/define-config.ts'
export type { Duration, Size } from '../config/units.ts'
export type { Match } from './match.ts'
export type { HookArgument, HookName, Hooks, Moment, Scratch, Situation } from './hooks.ts'
export type {
  ClientView,
  DeliverResponseView,
  Headers,
  KeyView,
  MutableOriginRequest,
  MutablePipeRequest,
  MutableRequest,
  OriginErrorView,
  OriginRequestView,
  OriginResponseView,
  PurgedView,
  ReadonlyHeaders,
  RequestView,
  StoreDespite,
  StoredView,
  SynthResponseView,
} from './views.ts'
export type { Withdraw } from './withdraw.ts'
export { clientKey, ipList } from './helpers/addresses.ts'
export { escapeHtml, html, json } from './helpers/answers.ts'
export { basicAuth, type BasicAuthOptions } from './helpers/basic-auth.ts'
export { cookie, cookies, dropCookies, keepCookies } from './helpers/cookies.ts'
export { cors, type Cors, type CorsOptions } from './helpers/cors.ts'
export { deviceClass, normaliseEncoding, normaliseLanguage, type DeviceClass } from './helpers/preferences.ts'
export { purgeAllowed, type PurgeOptions } from './helpers/purge-allowed.ts'
export {
  TRACKING_PARAMETERS,
  dropQuery,
  dropTracking,
  keepQuery,
  queryParameter,
  sortQuery,
} from './helpers/query.ts'
export { rateLimit, type RateDecision, type RateLimit, type RateLimitOptions } from './helpers/rate-limit.ts'
export { redirectToHost, redirectToHttps, redirects } from './helpers/redirects.ts'
export { hideSoftware, setSecurityFields, type SecurityOptions } from './helpers/security-fields.ts'
export { split } from './helpers/split.ts'
export { bytes, milliseconds } from './helpers/units.ts'
