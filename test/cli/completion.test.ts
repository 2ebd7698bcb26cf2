import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { optionName, parameter, PARAMETER_NAMES } from '../../src/config/parameters.ts'
import { run } from './lacquer.ts'

const exec = promisify(execFile)

describe('completion in bash', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lacquer-completion-'))
  const script = join(folder, 'completion.bash')
  before(async () => {
    const { status, out } = await run(['completion', 'bash'])
    assert.equal(status, 0)
    writeFileSync(script, out)
    writeFileSync(join(folder, 'a file.ts'), '')
  })
  after(() => rmSync(folder, { recursive: true }))

  /** What a real bash offers for the last of `words`. */
  async function offered(...words: string[]): Promise<string[]> {
    const program = [
      `source '${script}'`,
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
      `COMP_CWORD=${words.length - 1}`,
      // Outside of a line being edited there is nothing whose options could be changed.
      'compopt() { :; }',
      '_lacquer',
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ]
    const { stdout } = await exec('bash', ['--noprofile', '--norc', '-c', program.join('\n')], {
      cwd: folder,
    })
    return stdout.split('\n').filter((line) => line !== '')
  }

  test('offers the commands, and the options of serve where none is named', async () => {
    const commands = await offered('lacquer', '')
    for (const command of ['serve', 'check', 'show', 'list', 'origins', 'param', 'drain', 'completion'])
      assert.ok(commands.includes(command), command)
    assert.deepEqual(await offered('lacquer', 'dr'), ['drain'])
    assert.deepEqual(await offered('lacquer', '--list'), ['--listen'])
  })

  test('offers the options of the command: every parameter of serve', async () => {
    const options = await offered('lacquer', 'serve', '--')
    for (const name of PARAMETER_NAMES) assert.ok(options.includes(`--${optionName(name)}`), name)
    assert.deepEqual(await offered('lacquer', 'drain', '--l'), ['--limit'])
    assert.deepEqual(await offered('lacquer', 'list', '--st'), ['--status', '--state'])
  })

  test('offers the commands within a command, and their options', async () => {
    const within = await offered('lacquer', 'policy', '')
    for (const command of ['list', 'use', 'rollback', 'reload']) assert.ok(within.includes(command), command)
    assert.deepEqual(await offered('lacquer', 'policy', 'list', '--j'), ['--json'])
    assert.ok(!(await offered('lacquer', 'policy', 'list', '')).includes('rollback'))
  })

  test('offers the choices of an option, files where it wants a path, and nothing where it wants a number', async () => {
    assert.deepEqual(await offered('lacquer', 'origins', 'a', '--health', ''), ['auto', 'sick', 'healthy'])
    assert.deepEqual(await offered('lacquer', 'list', '--state', 'h'), ['hit-for-miss'])
    assert.deepEqual(await offered('lacquer', 'serve', '--access-log', ''), ['off', 'json', 'combined'])
    assert.ok((await offered('lacquer', 'check', '--config', 'c')).includes('completion.bash'))
    assert.deepEqual(await offered('lacquer', 'serve', '--max-fields', ''), [])
  })

  test('offers the shells, and the parameters that may be changed', async () => {
    assert.deepEqual(await offered('lacquer', 'completion', ''), ['bash', 'zsh', 'fish', '--help'])
    const changeable = PARAMETER_NAMES.filter((name) => parameter(name).runtime === true)
    assert.deepEqual(
      (await offered('lacquer', 'param', '')).filter((word) => word.endsWith('=')),
      changeable.map((name) => `${name}=`),
    )
  })
})

for (const shell of ['zsh', 'fish'] as const) {
  test(`completion in ${shell} names every command and option, and the shell can read it where there is one`, async () => {
    const { status, out } = await run(['completion', shell])
    assert.equal(status, 0)
    for (const word of ['show', 'drain', 'health', 'listen', 'sick', 'grace='])
      assert.match(out, new RegExp(word))
    await exec(shell, ['-n', '-c', out]).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    })
  })
}

test('completion of another shell is refused, with those there are', async () => {
  const { status, err } = await run(['completion', 'tcsh'])
  assert.equal(status, 2)
  assert.match(err, /bash, zsh, fish/)
})
