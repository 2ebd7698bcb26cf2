import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { probePolicies } from '../../src/cli/probe-policies.ts'
import { loadPolicies } from '../../src/policy/load.ts'
import { Folder } from './folder.ts'
import { run } from './lacquer.ts'

// A worked policy takes its token from there.
process.env['PURGE_TOKEN'] = 'of the test'

describe('lacquer check', () => {
  test('warns with file and line of what only running the hooks shows, and is content', async () => {
    using folder = new Folder({
      'policies/prices.ts': `import { route } from 'lacquer-cache'
export default route({
  match: { path: '/prices/:id' },
  originResponse({ request, response }) {
    if (request.headers.get('X-Country') === 'de') response.headers.set('X-Currency', 'EUR')
  },
  hash({ request, key }) {
    key.add((request.headers.get('X-Theme') ?? '').toLowerCase())
  },
})
`,
    })
    const { status, err, out } = await run(['check'], { cwd: folder.path })
    assert.equal(status, 0, err)
    assert.match(
      err,
      /^lacquer: warning: policies\/prices\.ts:4: .*request's x-country, .* \(unkeyed-read\)$/m,
    )
    assert.match(err, /^lacquer: warning: policies\/prices\.ts:7: .*request's x-theme.* \(unbounded-key\)$/m)
    assert.match(out, /are in order/)
  })

  test('has nothing to say of the worked policies', async () => {
    const folder = join(import.meta.dirname, '../../policies/examples')
    for (const name of readdirSync(folder).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
    )) {
      const file = join(folder, name)
      const set = await loadPolicies([file], `warnings ${name}`)
      const origins = ['default', 'stable', 'canary'] as const
      assert.deepEqual(await probePolicies(set, [readFileSync(file, 'utf8')], [...origins]), [], name)
    }
  })
})
