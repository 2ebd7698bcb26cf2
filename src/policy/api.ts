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
  redirect,
  restart,
  retry,
  synth,
  type SynthContent,
  type SynthVerdict,
  type Verdict,
} from './verdict.ts'
export { defineConfig, type LacquerConfig } from '../config/define-config.ts'
export type { Duration } from '../config/units.ts'
export type { Match } from './match.ts'
export type { HookName, Hooks, Moment, Scratch } from './hooks.ts'
export type {
  ClientView,
  DeliverResponseView,
  Headers,
  KeyView,
  MutableOriginRequest,
  MutableRequest,
  OriginErrorView,
  OriginRequestView,
  OriginResponseView,
  ReadonlyHeaders,
  RequestView,
  StoreDespite,
  StoredView,
} from './views.ts'
export { clientKey, ipList } from './helpers/addresses.ts'
export { escapeHtml, html, json } from './helpers/answers.ts'
export { basicAuth, type BasicAuthOptions } from './helpers/basic-auth.ts'
export { cookie, cookies, dropCookies, keepCookies } from './helpers/cookies.ts'
export { cors, type Cors, type CorsOptions } from './helpers/cors.ts'
export { deviceClass, normaliseEncoding, normaliseLanguage, type DeviceClass } from './helpers/preferences.ts'
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
