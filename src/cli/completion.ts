/**
 * Completion scripts, made of the tree of commands: each script has the words written into it, so that completing starts no process.
 * Where a value is wanted, its choices are offered, or files where it is a path.
 */
import type { Command, Option } from 'commander'
import { optionName, parameter, PARAMETER_NAMES } from '../config/parameters.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

export function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.flatMap((command) => completedTree(command, ''))
  const serve = commands.find(({ path }) => path === 'serve')
  const own = completed(program, '')
  // What is not begun with a command is `serve`.
  const all = [{ ...own, flags: [...own.flags, ...(serve?.flags ?? [])] }, ...commands]
  switch (shell) {
    case 'bash':
      return bashScript(all)
    case 'zsh':
      return zshScript(all)
    case 'fish':
      return fishScript(all)
  }
}

/** A command, or one within one. */
interface Completed {
  /** `policy list`; empty for what stands before any command. */
  readonly path: string
  readonly description: string
  readonly flags: readonly Flag[]
  /** The commands within it. */
  readonly commands: readonly { readonly name: string; readonly description: string }[]
  /** What may stand there besides, as far as it is known. */
  readonly words: readonly string[]
}

interface Flag {
  /** `--json`; short ones are not worth completing. */
  readonly flag: string
  readonly description: string
  readonly value: 'none' | 'path' | 'other' | readonly string[]
}

function completedTree(command: Command, parent: string): Completed[] {
  const path = parent === '' ? command.name() : `${parent} ${command.name()}`
  return [completed(command, path), ...command.commands.flatMap((inner) => completedTree(inner, path))]
}

function completed(command: Command, path: string): Completed {
  const flags = command.options
    .filter((option) => !option.hidden && option.long !== undefined)
    .map((option) => ({
      flag: option.long ?? '',
      description: firstSentence(option.description),
      value: valueOf(option),
    }))
  const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? [])
  return {
    path,
    description: firstSentence(command.description()),
    flags: [...flags, { flag: '--help', description: 'Show what it does and takes', value: 'none' }],
    commands: command.commands.map((inner) => ({
      name: inner.name(),
      description: firstSentence(inner.description()),
    })),
    words: path === 'param' ? CHANGEABLE : choices,
  }
}

const CHANGEABLE = PARAMETER_NAMES.filter((name) => parameter(name).runtime === true).map(
  (name) => `${name}=`,
)

function valueOf(option: Option): Flag['value'] {
  if (!option.required && !option.optional) return 'none'
  if (option.argChoices !== undefined) return option.argChoices
  const name = PARAMETER_NAMES.find((candidate) => `--${optionName(candidate)}` === option.long)
  const entry = name === undefined ? null : parameter(name)
  if (entry?.kind === 'choice') return entry.choices
  return /<(?:path|file)>/.test(option.flags) ? 'path' : 'other'
}

function firstSentence(text: string): string {
  return text.split(/(?<=[^.])\.(?: |$)|;/, 1)[0] ?? ''
}

function bashScript(all: readonly Completed[]): string {
  const values = all.flatMap(({ path, flags }) =>
    flags.flatMap(({ flag, value }) => {
      if (value === 'none') return []
      const place = `    ${quoted(`${path} ${flag}`)})`
      if (value === 'path')
        return [`${place} compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); return ;;`]
      if (value === 'other') return [`${place} return ;;`]
      return [`${place} words=${quoted(value.join(' '))} ;;`]
    }),
  )
  const words = all.map(({ path, flags, commands, words: others }) => {
    const offered = [...commands.map(({ name }) => name), ...others, ...flags.map(({ flag }) => flag)]
    return `      ${quoted(path)}) words=${quoted(offered.join(' '))} ;;`
  })
  return `# Completes lacquer in bash: source <(lacquer completion bash)
_lacquer() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command/\${COMP_WORDS[i]}" in
      ${pathPatterns(all)}) command="\${command:+$command }\${COMP_WORDS[i]}" ;;
      *) break ;;
    esac
  done
  case "$command $previous" in
${values.join('\n')}
  esac
  if [[ -z $words ]]; then
    case $command in
${words.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -F _lacquer lacquer
`
}

/** Each command behind those that it stands in: `'/serve' | 'policy/list'`. */
function pathPatterns(all: readonly Completed[]): string {
  return all
    .flatMap(({ path, commands }) => commands.map(({ name }) => quoted(`${path}/${name}`)))
    .join(' | ')
}

function zshScript(all: readonly Completed[]): string {
  const described = (items: readonly (readonly [string, string])[]): string =>
    items.map(([word, description]) => quoted(`${word.replaceAll(':', '\\:')}:${description}`)).join(' ')
  const values = all.flatMap(({ path, flags }) =>
    flags.flatMap(({ flag, value }) => {
      if (value === 'none') return []
      const place = `    ${quoted(`${path} ${flag}`)})`
      if (value === 'path') return [`${place} _files; return ;;`]
      if (value === 'other') return [`${place} return ;;`]
      return [`${place} compadd -- ${value.map(quoted).join(' ')}; return ;;`]
    }),
  )
  const words = all.map(({ path, flags, commands, words: others }) => {
    const flagItems = described(flags.map(({ flag, description }) => [flag, description]))
    const commandItems = described(commands.map(({ name, description }) => [name, description]))
    const more = others.length === 0 ? '' : ` compadd -S '' -- ${others.map(quoted).join(' ')};`
    return `    ${quoted(path)})${more} commands=(${commandItems}) items=(${flagItems}) ;;`
  })
  return `#compdef lacquer
# Completes lacquer in zsh: source <(lacquer completion zsh), or as _lacquer in a folder of $fpath.
_lacquer() {
  local command= previous=\${words[CURRENT-1]} i
  local -a items commands
  for ((i = 2; i < CURRENT; i++)); do
    case "$command/\${words[i]}" in
      ${pathPatterns(all)}) command="\${command:+$command }\${words[i]}" ;;
      *) break ;;
    esac
  done
  case "$command $previous" in
${values.join('\n')}
  esac
  case $command in
${words.join('\n')}
  esac
  if ((\${#commands})); then _describe -t commands command commands; fi
  _describe -o -t options option items
}
compdef _lacquer lacquer
`
}

function fishScript(all: readonly Completed[]): string {
  const lines = all.flatMap((one) => {
    const when = `complete -c lacquer -n ${quotedForFish(conditionOf(one, all))}`
    const inner = one.commands.map(
      ({ name, description }) => `${when} -a ${name} -d ${quotedForFish(description)}`,
    )
    const others = one.words.length === 0 ? [] : [`${when} -a ${quotedForFish(one.words.join(' '))}`]
    const options = one.flags.map(
      ({ flag, description, value }) =>
        `${when} -l ${flag.slice(2)}${takenInFish(value)} -d ${quotedForFish(description)}`,
    )
    return [...inner, ...others, ...options]
  })
  return [
    '# Completes lacquer in fish: lacquer completion fish | source',
    'complete -c lacquer -f',
    ...lines,
    '',
  ].join('\n')
}

/** Where the command stands, and none of those within it; a name may also be that of a command within another. */
function conditionOf({ path, commands }: Completed, all: readonly Completed[]): string {
  const seen = (names: readonly string[]): string => `__fish_seen_subcommand_from ${names.join(' ')}`
  const own = path === '' ? [] : path.split(' ')
  const others = all.filter(
    (one) =>
      one.path !== '' &&
      one.path !== path &&
      !own.includes(one.path) &&
      one.commands.some(({ name }) => name === path),
  )
  const not = [...commands.map(({ name }) => name), ...others.map((one) => one.path)]
  return [...own.map((name) => seen([name])), ...(not.length === 0 ? [] : [`not ${seen(not)}`])].join(
    '; and ',
  )
}

function takenInFish(value: Flag['value']): string {
  if (value === 'none') return ''
  if (value === 'path') return ' -r -F'
  return value === 'other' ? ' -x' : ` -x -a ${quotedForFish(value.join(' '))}`
}

/** For bash and zsh, which know no escapes between single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function quotedForFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
