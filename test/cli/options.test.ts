import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import { addOptions, valuesOf, type RawOptions } from '../../src/cli/options.ts'
import { optionName, parameter, PARAMETER_NAMES } from '../../src/config/parameters.ts'

function valuesFor(...args: string[]): ReturnType<typeof valuesOf> {
  const command = addOptions(new Command().exitOverride())
  return valuesOf(command.parse(args, { from: 'user' }).opts<RawOptions>())
}

for (const name of PARAMETER_NAMES) {
  const option = `--${optionName(name)}`
  test(`the value of ${option} arrives, and no other`, () => {
    const value = name === 'origins' ? 'http://a' : 'some'
    assert.deepEqual(Object.keys(valuesFor(option, value)), [name])
    if (name !== 'origins') assert.deepEqual(valuesFor(option, value), { [name]: value })
  })

  if (parameter(name).kind !== 'choice') continue
  test(`--no-${option.slice(2)} denies it`, () => {
    assert.deepEqual(valuesFor(`--no-${option.slice(2)}`), { [name]: false })
  })
}

test('what is not given has no value', () => {
  assert.deepEqual(valuesFor(), {})
})
