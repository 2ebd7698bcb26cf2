import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { optionName, PARAMETER_NAMES, variableName } from '../../src/config/parameters.ts'
import { Folder } from './folder.ts'
import { run } from './lacquer.ts'

describe('the command line', { concurrency: 2 }, () => {
  test('--version is that of package.json', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      version: string
    }
    const { status, out } = await run(['--version'])
    assert.equal(status, 0)
    assert.equal(out, `${version}\n`)
  })

  test('--help names the commands', async () => {
    const { status, out } = await run(['--help'])
    assert.equal(status, 0)
    assert.match(out, /^ {2}serve /m)
    assert.match(out, /^ {2}check /m)
  })

  test('serve --help has an option and a variable for every parameter', async () => {
    const { status, out } = await run(['serve', '--help'])
    assert.equal(status, 0)
    const words = new Set(out.split(/[\s[\]]+/))
    for (const name of PARAMETER_NAMES) {
      assert.ok(words.has(`--${optionName(name)}`), `--${optionName(name)}`)
      assert.ok(words.has(variableName(name)), variableName(name))
    }
  })

  const mistakes: [title: string, args: string[], status: number, expected: RegExp][] = [
    [
      'an unknown option names the nearest',
      ['serve', '--orgin', 'http://a'],
      2,
      /^lacquer: unknown option '--orgin'\n.*--origin/,
    ],
    [
      'an unknown command names the nearest',
      ['sevre'],
      2,
      /^lacquer: unknown command 'sevre'; did you mean 'serve'\?\n$/,
    ],
    [
      'an option without its value',
      ['check', '--memory'],
      2,
      /^lacquer: option '--memory <size>' argument missing\n$/,
    ],
    [
      'a size that is none',
      ['check', '--memory', '256m'],
      2,
      /^lacquer: --memory: 'm' is no unit .*'256MiB'\?\n$/,
    ],
    [
      'a duration without a unit',
      ['check', '--grace', '10'],
      2,
      /^lacquer: --grace: 10 lacks its unit; write '10s' or '10ms'\n$/,
    ],
    [
      'an address that is none',
      ['check', '--listen', '8080'],
      2,
      /^lacquer: --listen: '8080' is no address; write HOST:PORT/,
    ],
    [
      'an origin that is no URL',
      ['check', '--origin', 'localhost'],
      1,
      /^lacquer: --origin: 'localhost' is no URL; write http/,
    ],
    [
      'two origins of one name',
      ['check', '--origin', 'a=http://a', '--origin', 'a=http://b'],
      1,
      /two origins are called 'a'/,
    ],
    [
      'a configuration file that is not there',
      ['check', '--config', 'nowhere.ts'],
      1,
      /^lacquer: nowhere\.ts: there is no such file/,
    ],
    ['a policy that is not there', ['check', '--policies', 'nowhere'], 1, /nowhere/],
  ]
  for (const [title, args, status, expected] of mistakes) {
    test(`${title}: exit ${status}`, async () => {
      const finished = await run(args)
      assert.match(finished.err, expected)
      assert.equal(finished.status, status)
      assert.equal(finished.out, '')
      assert.ok(finished.err.trimEnd().split('\n').length <= 2, finished.err)
    })
  }

  test('a mistake in a variable names the variable', async () => {
    const { status, err } = await run(['check'], { env: { LACQUER_MEMORY: 'lots' } })
    assert.equal(status, 1)
    assert.match(err, /^lacquer: LACQUER_MEMORY: 'lots' is no size/)
    const port = await run(['check'], { env: { PORT: 'http' } })
    assert.match(port.err, /^lacquer: PORT: /)
  })
})

describe('the configuration file', { concurrency: 2 }, () => {
  test('lacquer.config.ts is found where the command is run, with lacquer-cache not installed there', async () => {
    using folder = new Folder({
      'lacquer.config.ts': `import { defineConfig } from 'lacquer-cache'
export default defineConfig({ listen: '127.0.0.1:7001', memory: '64MiB', origins: { shop: { url: 'http://127.0.0.1:1' } } })
`,
    })
    const { status, out, err } = await run(['check', '--admin', '127.0.0.1:7002'], { cwd: folder.path })
    assert.equal(err, '')
    assert.equal(status, 0)
    assert.match(out, /listen +127\.0\.0\.1:7001, admin 127\.0\.0\.1:7002/)
    assert.match(out, /origins +shop=http:\/\/127\.0\.0\.1:1/)
    assert.match(out, /memory +64MiB/)
  })

  test('an unknown key names file, line and the nearest known key', async () => {
    using folder = new Folder({ 'lacquer.config.json': '{\n  "grace": "1m",\n  "memroy": "1GiB"\n}\n' })
    const { status, err } = await run(['check'], { cwd: folder.path })
    assert.equal(
      err,
      "lacquer: lacquer.config.json:3: memroy: unknown key 'memroy'; did you mean 'memory'?\n",
    )
    assert.equal(status, 1)
  })

  test('a mistake inside an origin names its line', async () => {
    using folder = new Folder({
      'lacquer.config.json':
        '{ "origins": {\n  "a": { "url": "http://a" },\n  "b": {\n    "url": "b:80"\n} } }\n',
    })
    const { err } = await run(['check'], { cwd: folder.path })
    assert.match(err, /^lacquer: lacquer\.config\.json:4: origins\.b\.url: 'b:80' is no URL/)
  })

  test('what is no JSON, has no default export or throws is said with the file', async () => {
    using folder = new Folder({
      'broken.json': '{ "memory": }',
      'empty.ts': 'export const memory = 1\n',
      'throwing.ts': "\nthrow new Error('boom')\n",
    })
    const errorOf = async (file: string): Promise<string> =>
      (await run(['check', '--config', file], { cwd: folder.path })).err
    assert.match(await errorOf('broken.json'), /^lacquer: broken\.json: no JSON: /)
    assert.match(await errorOf('empty.ts'), /^lacquer: empty\.ts: it has no default export/)
    assert.match(await errorOf('throwing.ts'), /^lacquer: throwing\.ts:2: it does not load: boom/)
  })

  test('paths in it are relative to it', async () => {
    using folder = new Folder({
      'etc/lacquer.config.json': '{ "policies": "rules" }',
      'etc/rules/one.ts': "import { route } from 'lacquer-cache'\nexport default route({})\n",
    })
    const { status, out, err } = await run(['check', '--config', 'etc/lacquer.config.json'], {
      cwd: folder.path,
    })
    assert.equal(err, '')
    assert.equal(status, 0)
    assert.match(out, /routes +one \(etc\/rules\/one\.ts\)/)
  })

  test('two of them where none is named is a mistake', async () => {
    using folder = new Folder({ 'lacquer.config.json': '{}', 'lacquer.config.ts': 'export default {}\n' })
    const { status, err } = await run(['check'], { cwd: folder.path })
    assert.equal(status, 1)
    assert.match(err, /both lacquer\.config\.ts and lacquer\.config\.json; remove one/)
  })
})

describe('lacquer check', { concurrency: 2 }, () => {
  test('finds a type error in a policy that lies anywhere, and names file and line', async () => {
    using folder = new Folder({
      'policies/shop.ts': `import { route } from 'lacquer-cache'

export default route({
  match: { path: 7 },
})
`,
    })
    const { status, err } = await run(['check'], { cwd: folder.path })
    assert.equal(status, 1)
    assert.match(err, /^lacquer: policies\/shop\.ts:4:12: Type 'number' is not assignable to type 'string/)
  })

  test('finds a syntax error', async () => {
    using folder = new Folder({ 'policies/shop.ts': 'export default {\n' })
    const { status, err } = await run(['check'], { cwd: folder.path })
    assert.equal(status, 1)
    assert.match(err, /^lacquer: policies\/shop\.ts:2:1: '}' expected/)
  })

  test('finds what only loading shows', async () => {
    using folder = new Folder({ 'policies/shop.ts': 'export default {}\n' })
    const { status, err } = await run(['check'], { cwd: folder.path })
    assert.equal(status, 1)
    assert.match(err, /^lacquer: policies\/shop\.ts:1: .*route\(/)
  })

  test('finds a route to an origin that is not configured', async () => {
    using folder = new Folder({
      'policies/shop.ts': "import { route } from 'lacquer-cache'\nexport default route({ origin: 'shop' })\n",
    })
    const { status, err } = await run(['check', '--origin', 'main=http://a'], { cwd: folder.path })
    assert.equal(status, 1)
    assert.match(err, /^lacquer: policies\/shop\.ts: there is no origin 'shop'; there are main/)
    assert.equal((await run(['check', '--origin', 'shop=http://a'], { cwd: folder.path })).status, 0)
  })

  test('finds a type error in the configuration file', async () => {
    using folder = new Folder({
      'lacquer.config.ts':
        "import { defineConfig } from 'lacquer-cache'\nexport default defineConfig({\n  grace: '10',\n})\n",
    })
    const { status, err } = await run(['check'], { cwd: folder.path })
    assert.equal(status, 1)
    assert.match(err, /^lacquer: lacquer\.config\.ts:3(:\d+)?: /)
  })
})
