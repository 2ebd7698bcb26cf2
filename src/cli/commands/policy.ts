/** `lacquer policy`: which policies the edge that runs has in force, and how to change that. */
import type { Command } from 'commander'
import type { z } from 'zod'
import type { POLICIES, POLICY_DIFF, POLICY_RELOAD, POLICY_SWITCH } from '../../admin/policy-operations.ts'
import { addControlOptions, type ControlOptions } from '../control-options.ts'

export function addPolicyCommand(program: Command): void {
  const policy = program
    .command('policy')
    .description(
      'Say which policies the edge that runs has in force; go back to earlier ones; load changed ones.',
    )
    .helpCommand(false)
  add(policy, 'list', 'Say which version is in force, which are kept, and how the last reload went.', list)
  add(policy, 'use <id>', 'Put a version that is kept in force, until the files change again.', use)
  add(policy, 'rollback', 'Put the version in force that was before, until the files change again.', rollBack)
  add(policy, 'reload', 'Load the policies from disk now.', reload)
  const diff = 'Say what differs between two versions; by default, what the last change changed.'
  add(policy, 'diff [from] [to]', diff, showDiff)
}

type Action = (options: ControlOptions, ...names: (string | undefined)[]) => Promise<void>

function add(parent: Command, usage: string, description: string, action: Action): void {
  const command = addControlOptions(parent.command(usage)).description(description)
  command.action(async () => {
    await action(command.opts<ControlOptions>(), ...(command.args as (string | undefined)[]))
  })
}

const list: Action = async (options) => {
  const { callEdge, printJson } = await import('../control-client.ts')
  const { POLICIES } = await import('../../admin/policy-operations.ts')
  const policies = await callEdge(options, { method: 'GET', path: '/v1/policies' }, POLICIES)
  if (options.json === true) printJson(policies)
  else print(listText(policies))
}

const use: Action = async (options, id = '') => {
  const { pathOf } = await import('../control-client.ts')
  await change(options, pathOf('/v1/policies/{id}/use', { id }))
}

const rollBack: Action = (options) => change(options, '/v1/policies/rollback')

async function change(options: ControlOptions, path: string): Promise<void> {
  const { callEdge, printJson } = await import('../control-client.ts')
  const { POLICY_SWITCH } = await import('../../admin/policy-operations.ts')
  const result = await callEdge(options, { method: 'POST', path }, POLICY_SWITCH)
  if (options.json === true) printJson(result)
  else print(switchText(result))
}

const reload: Action = async (options) => {
  const { callEdge, printJson } = await import('../control-client.ts')
  const { POLICY_RELOAD } = await import('../../admin/policy-operations.ts')
  const result = await callEdge(options, { method: 'POST', path: '/v1/policies/reload' }, POLICY_RELOAD)
  if (options.json === true) printJson(result)
  else print(reloadText(result))
}

const showDiff: Action = async (options, from, to) => {
  const { callEdge, printJson } = await import('../control-client.ts')
  const { POLICY_DIFF } = await import('../../admin/policy-operations.ts')
  const call = { method: 'GET', path: '/v1/policies/diff', query: { from, to } } as const
  const result = await callEdge(options, call, POLICY_DIFF)
  if (options.json === true) printJson(result)
  else print(diffText(result))
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** The newest last, as in a log; `*` before the one in force. */
function listText({
  active,
  path,
  isWatched,
  disk,
  lastReload,
  versions,
}: z.infer<typeof POLICIES>): string[] {
  const width = Math.max(...versions.map(({ id }) => id.length))
  return [
    ...versions.map(({ id, inForce, loadedAt, changes, files }) => {
      const what =
        changes.length > 0 ? changes.join(', ') : `${files.length} ${files.length === 1 ? 'file' : 'files'}`
      return `${inForce ? '*' : ' '} ${id.padStart(width)}  ${loadedAt}  ${what}`
    }),
    `version ${active} is in force`,
    ...(path === null ? ['policies are not loaded from disk'] : [`on disk (${path}): ${disk.why}`]),
    ...(path === null || isWatched ? [] : ['changes on disk are loaded by SIGHUP or lacquer policy reload']),
    ...(lastReload?.result === 'failed' ? failureText(lastReload) : []),
  ]
}

function failureText({ at, mistakes }: z.infer<typeof POLICY_RELOAD>): string[] {
  return [`the last reload failed at ${at}:`, ...mistakes.map(({ where, what }) => `  ${where}: ${what}`)]
}

function reloadText({ result, version, tookMs, mistakes }: z.infer<typeof POLICY_RELOAD>): string[] {
  const said =
    result === 'loaded'
      ? `version ${version} is in force, loaded in ${tookMs} ms`
      : `nothing has changed on disk; version ${version} is in force`
  return [said, ...mistakes.map(({ where, what }) => `warning: ${where}: ${what}`)]
}

function switchText({ active, before }: z.infer<typeof POLICY_SWITCH>): string[] {
  if (active === before) return [`version ${active} is in force already`]
  return [
    `version ${active} is in force in place of version ${before}, until the files change again`,
    'the files are as they were; lacquer policy list says what differs',
  ]
}

function diffText({ from, to, files }: z.infer<typeof POLICY_DIFF>): string[] {
  if (files.length === 0) return [`versions ${from} and ${to} are the same`]
  return files.map(({ patch }) => patch.trimEnd())
}
