import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { probePolicies } from '../../src/cli/probe-policies.ts'
import { readSources } from '../../src/policy/load-sources.ts'
import { loadPolicies } from '../../src/policy/load.ts'
import { Folder } from './folder.ts'
import { run } from './lacquer.ts'

// A worked policy takes its token from there.
process.env['PURGE_TOKEN'] = 'of-the-test'

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

  test('knows the names of each policy, however many there are, and of what it imports; a line with its reasons is left alone', async () => {
    const names = 'abcdefghijklmnopqrstuvwxyz'.split('')
    using folder = new Folder({
      'policies/_visitor.ts': `import { cookie, type RequestView } from 'lacquer-cache'
export const visitor = (request: RequestView): string => cookie(request, 'visitor') ?? ''
`,
      'policies/a.ts': `import { route } from 'lacquer-cache'
// It isn't of use, and doesn't matter.
export default route({ match: { path: [${names.map((name) => `'/${name}'`).join(', ')}] } })
`,
      'policies/greeting.ts': policyThatGreets('/greeting', ''),
      'policies/meant.ts': policyThatGreets('/meant', '// lint-ok: unkeyed-read'),
    })
    const { err } = await run(['check'], { cwd: folder.path })
    assert.match(
      err,
      /^lacquer: warning: policies\/greeting\.ts:7: .*request's cookie, .* \(unkeyed-read\)$/m,
    )
    assert.doesNotMatch(err, /meant\.ts/)
  })

  test('has nothing to say of the worked policies', async () => {
    const folder = join(import.meta.dirname, '../../policies/examples')
    for (const name of readdirSync(folder).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
    )) {
      const file = join(folder, name)
      const set = await loadPolicies([file], `warnings ${name}`)
      const origins = ['default', 'stable', 'canary'] as const
      assert.deepEqual(await probePolicies(set, readSources, [...origins]), [], name)
    }
  })
})

/** What is stored greets the first visitor. The comment is above the hook that looks. */
const policyThatGreets = (path: string, comment: string): string => `import { route } from 'lacquer-cache'
import { visitor } from './_visitor.ts'
export default route({
  match: { path: '${path}' },
  scratch: () => ({ visitor: '' }),
  ${comment}
  recv({ request, scratch }) {
    scratch.visitor = visitor(request)
  },
  originResponse({ response, scratch }) {
    response.headers.set('X-Greeting', scratch.visitor)
  },
})
`
