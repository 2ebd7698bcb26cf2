/**
 * Completion scripts, made of the tree of commands: each script has the words written into it, so that completing starts no process.
 * Where a value is wanted, its choices are offered, or files where it is a path.
 */
import type { Command, Option } from 'commander'
import { parameter, PARAMETER_NAMES } from '../config/parameters.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

export function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.map(completed)
  const own = { ...completed(program), name: '' }
  // What is not begun with a command is `serve`.
  const top = {
    ...own,
    flags: [...own.flags, ...(commands.find(({ name }) => name === 'serve')?.flags ?? [])],
  }
  switch (shell) {
    case 'bash':
      return bashScript(top, commands)
    case 'zsh':
      return zshScript(top, commands)
    case 'fish':
      return fishScript(top, commands)
  }
}

interface Completed {
  readonly name: string
  readonly description: string
  readonly flags: readonly Flag[]
  /** What may stand there besides, as far as it is known. */
  readonly words: readonly string[]
}

interface Flag {
  /** `--json`; short ones are not worth completing. */
  readonly flag: string
  readonly description: string
  readonly value: 'none' | 'path' | 'other' | readonly string[]
}

function completed(command: Command): Completed {
  const flags = command.options
    .filter((option) => !option.hidden && option.long !== undefined)
    .map((option) => ({
      flag: option.long ?? '',
      description: firstSentence(option.description),
      value: valueOf(option),
    }))
  const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? [])
  return {
    name: command.name(),
    description: firstSentence(command.description()),
    flags: [...flags, { flag: '--help', description: 'Show what it does and takes', value: 'none' }],
    words: command.name() === 'param' ? CHANGEABLE : choices,
  }
}

const CHANGEABLE = PARAMETER_NAMES.filter((name) => parameter(name).runtime === true).map(
  (name) => `${name}=`,
)

function valueOf(option: Option): Flag['value'] {
  if (!option.required && !option.optional) return 'none'
  if (option.argChoices !== undefined) return option.argChoices
  return /<(?:path|file)>/.test(option.flags) ? 'path' : 'other'
}

function firstSentence(text: string): string {
  return text.split(/(?<=[^.])\.(?: |$)|;/, 1)[0] ?? ''
}

function bashScript(top: Completed, commands: readonly Completed[]): string {
  const values = [top, ...commands].flatMap(({ name, flags }) =>
    flags.flatMap(({ flag, value }) => {
      if (value === 'none') return []
      const place = `    ${quoted(`${name} ${flag}`)})`
      if (value === 'path')
        return [`${place} compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); return ;;`]
      if (value === 'other') return [`${place} return ;;`]
      return [`${place} words=${quoted(value.join(' '))} ;;`]
    }),
  )
  const words = [top, ...commands].map(({ name, flags, words: others }) => {
    const names = name === '' ? commands.map((command) => command.name) : others
    return `      ${quoted(name)}) words=${quoted([...names, ...flags.map(({ flag }) => flag)].join(' '))} ;;`
  })
  return `# Completes lacquer in bash: source <(lacquer completion bash)
_lacquer() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= words=
  if ((COMP_CWORD > 1)); then
    case \${COMP_WORDS[1]} in
      ${commands.map(({ name }) => name).join(' | ')}) command=\${COMP_WORDS[1]} ;;
    esac
  fi
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

function zshScript(top: Completed, commands: readonly Completed[]): string {
  const described = (items: readonly (readonly [string, string])[]): string =>
    items.map(([word, description]) => quoted(`${word.replaceAll(':', '\\:')}:${description}`)).join(' ')
  const values = [top, ...commands].flatMap(({ name, flags }) =>
    flags.flatMap(({ flag, value }) => {
      if (value === 'none') return []
      const place = `    ${quoted(`${name} ${flag}`)})`
      if (value === 'path') return [`${place} _files; return ;;`]
      if (value === 'other') return [`${place} return ;;`]
      return [`${place} compadd -- ${value.map(quoted).join(' ')}; return ;;`]
    }),
  )
  const words = [top, ...commands].map(({ name, flags, words: others }) => {
    const flagItems = described(flags.map(({ flag, description }) => [flag, description]))
    const more = others.length === 0 ? '' : ` compadd -S '' -- ${others.map(quoted).join(' ')};`
    return `    ${quoted(name)})${more} items=(${flagItems}) ;;`
  })
  return `#compdef lacquer
# Completes lacquer in zsh: source <(lacquer completion zsh), or as _lacquer in a folder of $fpath.
_lacquer() {
  local command= previous=\${words[CURRENT-1]}
  local -a items commands
  commands=(${described(commands.map(({ name, description }) => [name, description]))})
  if ((CURRENT > 2)); then
    case \${words[2]} in
      ${commands.map(({ name }) => name).join('|')}) command=\${words[2]} ;;
    esac
  fi
  case "$command $previous" in
${values.join('\n')}
  esac
  if ((CURRENT == 2)); then _describe -t commands command commands; fi
  case $command in
${words.join('\n')}
  esac
  _describe -o -t options option items
}
compdef _lacquer lacquer
`
}

function fishScript(top: Completed, commands: readonly Completed[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  const none = `not __fish_seen_subcommand_from ${names}`
  const lines = [top, ...commands].flatMap(({ name, flags, words }) => {
    const when = quotedForFish(name === '' ? none : `__fish_seen_subcommand_from ${name}`)
    const others =
      words.length === 0 ? [] : [`complete -c lacquer -n ${when} -a ${quotedForFish(words.join(' '))}`]
    const options = flags.map(({ flag, description, value }) => {
      const takes =
        value === 'none'
          ? ''
          : value === 'path'
            ? ' -r -F'
            : value === 'other'
              ? ' -x'
              : ` -x -a ${quotedForFish(value.join(' '))}`
      return `complete -c lacquer -n ${when} -l ${flag.slice(2)}${takes} -d ${quotedForFish(description)}`
    })
    return [...others, ...options]
  })
  return [
    '# Completes lacquer in fish: lacquer completion fish | source',
    'complete -c lacquer -f',
    ...commands.map(
      ({ name, description }) =>
        `complete -c lacquer -n ${quotedForFish(none)} -a ${name} -d ${quotedForFish(description)}`,
    ),
    ...lines,
    '',
  ].join('\n')
}

/** For bash and zsh, which know no escapes between single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function quotedForFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
