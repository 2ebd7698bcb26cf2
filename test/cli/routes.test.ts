import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Folder } from './folder.ts'
import { run } from './lacquer.ts'

const POLICIES = {
  'policies/users.ts': `import { route } from 'lacquer-cache'
export default route({
  match: { path: '/users/:id', method: 'GET' },
  recv() {},
})
`,
  'policies/all.ts': `import { route } from 'lacquer-cache'
export default route({ deliver({ response }) { response.headers.set('x', '1') } })
`,
}

describe('lacquer routes', { concurrency: 2 }, () => {
  test('prints the table, most specific first, with hooks, file and line', async () => {
    using folder = new Folder(POLICIES)
    const { status, out, err } = await run(['routes'], { cwd: folder.path })
    assert.equal(status, 0, err)
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/))
    assert.deepEqual(lines.slice(0, 3), [
      ['host', 'path', 'method', 'route', 'hooks', 'where'],
      ['1', 'any', '/users/:id', 'GET', 'users', 'recv', 'policies/users.ts:3'],
      ['2', 'any', 'any', 'any', 'all', 'deliver', 'policies/all.ts:2'],
    ])
    assert.match(lines[3]?.join(' ') ?? '', /^any any any builtin all .*builtin\.ts$/)
  })

  test('says which route a URL takes, and why more specific ones do not', async () => {
    using folder = new Folder(POLICIES)
    const { out } = await run(['routes', 'http://shop.example/users/7?x=1', '-X', 'POST'], {
      cwd: folder.path,
    })
    assert.match(out, /^POST http:\/\/shop\.example\/users\/7\?x=1 takes the route all$/m)
    assert.match(out, /1 {2}GET \*\/users\/:id +users +the method is POST, not GET$/m)
    assert.match(out, /2 {2}\*\/\* +all +takes it +policies\/all\.ts:2$/m)
  })

  test('--json has both for programs', async () => {
    using folder = new Folder(POLICIES)
    const { out } = await run(['routes', '/users/7', '--json'], { cwd: folder.path })
    const report = JSON.parse(out) as {
      routes: { route: string; hooks: Record<string, string> }[]
      request: { route: string; pattern: string; params: object }
    }
    assert.deepEqual(
      report.routes.map(({ route }) => route),
      ['users', 'all', 'builtin'],
    )
    assert.match(report.routes[0]?.hooks['recv'] ?? '', /users\.ts:4$/)
    assert.equal(report.request.route, 'users')
    assert.deepEqual(report.request.params, { id: '7' })
  })

  test('a URL that is none is a mistake of the command line', async () => {
    const { status, err } = await run(['routes', 'ftp://x/'])
    assert.equal(status, 2)
    assert.match(err, /^lacquer: 'ftp:\/\/x\/' is no URL; write http:\/\/host\/path, or \/path\n$/)
  })
})
