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
  type Verdict,
} from './verdict.ts'
export { defineConfig, type LacquerConfig } from '../config/define-config.ts'
export type { Duration } from '../config/units.ts'
export type { Match } from './match.ts'
export type { HookName, Hooks, Scratch } from './hooks.ts'
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
