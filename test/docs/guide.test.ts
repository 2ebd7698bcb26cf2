/** What the guide and the README show works as it stands there, and leaves nothing out. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { after, describe, test } from 'node:test'
import { checkTypes } from '../../src/cli/check-types.ts'
import { readConfig } from '../../src/config/config.ts'
import { PARAMETERS } from '../../src/config/parameters.ts'
import * as api from '../../src/policy/api.ts'
import { HOOK_NAMES, LEGAL_VERDICTS } from '../../src/policy/hooks.ts'
import { loadPolicies } from '../../src/policy/load.ts'
import { installResolution, policyUrl } from '../../src/policy/resolve.ts'
import { readDocument, type CodeBlock } from './code-blocks.ts'

// A policy in the guide takes its password from there.
process.env['STAGING_PASSWORD'] = 'of-the-test'
process.env['PURGE_TOKEN'] = 'of-the-test'

const guide = readDocument('policies/README.md')
const readme = readDocument('README.md')

for (const [name, document] of Object.entries({ guide, readme })) {
  describe(`the ${name}`, () => {
    after(() => document.remove())

    test('shows code', () => assert.ok(document.blocks.length >= 2))

    test('shows code that type-checks', async () => {
      assert.deepEqual(await checkTypes(document.blocks.map(({ file }) => file)), [])
    })

    for (const block of document.blocks) {
      if (block.text.includes("'lacquer-cache/testing'"))
        test(`${block.where} passes`, () => load(block).then(() => undefined))
      else if (block.text.includes('defineConfig'))
        test(`${block.where} is a configuration`, () => configure(block))
      else
        test(`${block.where} loads as a policy`, () =>
          loadPolicies([block.file], block.where).then(() => undefined))
    }
  })
}

describe('the guide tells of', () => {
  for (const hook of HOOK_NAMES) {
    test(`the hook ${hook} and its verdicts`, () => {
      const row = guide.text.split('\n').find((line) => line.startsWith(`| \`${hook}\` |`))
      assert.ok(row !== undefined, 'it has no row')
      for (const verdict of LEGAL_VERDICTS[hook]) assert.match(row, new RegExp(`\`${verdict}\\(`))
    })
  }

  for (const name of Object.keys(api).filter((key) => key !== 'defineConfig')) {
    test(name, () => assert.match(guide.text, new RegExp(`\\b${name}\\b`)))
  }

  for (const name of ['grace', 'keep', 'hookTimeout', 'maxRestarts', 'maxRetries'] as const) {
    test(`the parameter ${name}, and its default`, () => {
      assert.ok(guide.text.includes(`\`${name}\` (${PARAMETERS[name].default})`))
    })
  }

  test('every worked policy', () => {
    const folder = fileURLToPath(new URL('../../policies/examples', import.meta.url))
    const there = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    const told = [...guide.text.matchAll(/\(examples\/([\w.-]+)\)/g)].map(([, file]) => file)
    assert.deepEqual(told.toSorted(), there.toSorted())
  })
})

/** The block's own tests run as tests of ours. */
async function load(block: CodeBlock): Promise<object> {
  const resolution = installResolution()
  try {
    return (await import(policyUrl(block.file, block.where))) as object
  } finally {
    resolution.uninstall()
  }
}

async function configure(block: CodeBlock): Promise<void> {
  const { default: values } = (await load(block)) as { readonly default: Record<string, unknown> }
  const config = readConfig([{ kind: 'file', values }])
  assert.deepEqual(config.ok ? [] : config.problems, [])
}
