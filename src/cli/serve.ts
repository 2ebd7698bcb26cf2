/**
 * `lacquer serve`: starts the edge, tells people where it listens, and serves until it is told to stop.
 *
 * The first SIGTERM or SIGINT drains: no new connections, requests in flight finish, up to `drainTimeout`; then exit 0.
 * The second exits at once, as the signal alone would have (128 + its number). An operator's call of /v1/drain counts as the first.
 */
import { constants } from 'node:os'
import { reachable, writeAddress } from '../config/address.ts'
import { LIMITS } from '../config/limits.ts'
import { writeDuration } from '../config/units.ts'
import { DEMO_NAME } from './demo-origin.ts'
import { startEdge, type Edge } from './edge.ts'
import { terminalWatch } from './hangup.ts'
import { shownPath } from './config-file.ts'
import { loadSettings, type Loaded } from './load-settings.ts'
import type { RawOptions } from './options.ts'
import { loadPolicySet, type LoadedPolicies } from './policies.ts'
import { processMetrics } from '../admin/metrics.ts'
import { ownVersion } from './version.ts'

export async function serve(options: RawOptions): Promise<void> {
  const loaded = await loadSettings(options, process.env, process.cwd())
  const policies = await loadPolicySet(loaded)
  const edge = await startEdge({
    settings: loaded.settings,
    policies: policies.set,
    disk: policies.disk,
    version: ownVersion(),
    adminToken: process.env['LACQUER_ADMIN_TOKEN'] || null,
    processMetrics: processMetrics(),
  })
  surviveStrayRejections(edge)
  const signalled = firstSignal()
  process.stderr.write(`${greeting(edge, loaded, policies).join('\n')}\n`)
  const terminalIsGone = terminalWatch()
  process.on('SIGHUP', () => {
    if (terminalIsGone()) process.kill(process.pid, 'SIGTERM')
    else void edge.policies.reload('signal')
  })
  await edge.policies.start()
  const { signal, limitMs } = await Promise.race([
    signalled.then((name) => ({ signal: name, limitMs: edge.inForce.current.drainTimeoutMs })),
    edge.drain.asked.then((asked) => ({ signal: 'admin', limitMs: asked })),
  ])
  process.once('SIGTERM', exitAtOnce).once('SIGINT', exitAtOnce)
  edge.logs.log('info', 'draining', { signal, limit: writeDuration(limitMs) })
  const finished = await edge.stop(limitMs)
  edge.logs.log('info', finished ? 'stopped' : 'stopped-at-limit', {})
  await edge.logs.flush(LIMITS.logFlushMs)
  process.exit(0)
}

function greeting(
  edge: Edge,
  { warnings, settings, configFile }: Loaded,
  { files, set }: LoadedPolicies,
): string[] {
  const base = `http://${writeAddress(reachable(edge.address))}`
  const names = files.map(shownPath)
  // The demo's origin lets its front page be reused; its /time only where the demo's policy says so.
  const target = edge.isDemo && set.routes.some((route) => route.name === DEMO_NAME) ? '/time' : '/'
  const origins = edge.origins.map((origin) => `${origin.name} ${origin.url}`).join(', ')
  return [
    ...warnings.map((warning) => `lacquer: warning: ${warning}`),
    `Lacquer ${ownVersion()} listens on ${base} (metrics and health on http://${writeAddress(reachable(edge.adminAddress))})`,
    `  origin    ${origins}${settings.origins.length === 0 ? ' (the demo; --origin URL names yours)' : ''}`,
    `  policies  ${names.length === 0 ? 'builtin alone' : `${names.join(', ')}, and builtin`}`,
    ...(configFile === null ? [] : [`  config    ${shownPath(configFile.path)}`]),
    'Try, twice, and compare Cache-Status:',
    `  curl -i ${base}${target}`,
    'See the counters move:',
    `  curl -s http://${writeAddress(reachable(edge.adminAddress))}/metrics | grep lacquer_requests_total`,
  ]
}

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const heard = (signal: NodeJS.Signals): void => {
      process.off('SIGTERM', heard).off('SIGINT', heard)
      resolve(signal)
    }
    process.on('SIGTERM', heard).on('SIGINT', heard)
  })
}

function exitAtOnce(signal: NodeJS.Signals): void {
  process.exit(128 + constants.signals[signal])
}

/** A promise that a policy made and forgot must not end the edge. An exception that nobody caught does: what it left behind is unknown. */
function surviveStrayRejections(edge: Edge): void {
  process.on('unhandledRejection', (reason) => {
    const stack = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)
    edge.logs.log('error', 'unhandled-rejection', { reason: stack.split('\n').slice(0, 4).join(' ') })
  })
}
