import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readConfig, type Source } from '../../src/config/config.ts'
import { defineConfig } from '../../src/config/define-config.ts'
import { fromEnvironment } from '../../src/config/environment.ts'
import { nearest } from '../../src/config/nearest.ts'
import { optionName, PARAMETER_NAMES, parameter, variableName } from '../../src/config/parameters.ts'
import { innerName, type Settings } from '../../src/config/settings.ts'

function settingsOf(...sources: Source[]): Settings {
  const result = readConfig(sources)
  assert.ok(result.ok, JSON.stringify(result))
  return result.settings
}

function problemsOf(values: unknown): string[] {
  const result = readConfig([{ kind: 'file', values }])
  assert.ok(!result.ok, 'it was accepted')
  return result.problems.map((problem) => `${problem.path.join('.')}: ${problem.what}`)
}

describe('the table of parameters', () => {
  test('every default can be read and lies within its bounds', () => {
    const settings = settingsOf()
    for (const name of PARAMETER_NAMES) {
      const value = settings[innerName(name)]
      assert.notEqual(value, undefined, name)
      const entry = parameter(name)
      if (entry.kind === 'origins') continue
      assert.deepEqual(
        settingsOf({ kind: 'file', values: { [name]: entry.default } })[innerName(name)],
        value,
        name,
      )
    }
  })
  test('every parameter has one line of documentation that ends', () => {
    for (const name of PARAMETER_NAMES) assert.match(parameter(name).doc, /^[^\n]+\.$/, name)
  })
  test('options and variables are told apart', () => {
    assert.equal(new Set(PARAMETER_NAMES.map(optionName)).size, PARAMETER_NAMES.length)
    assert.equal(new Set(PARAMETER_NAMES.map(variableName)).size, PARAMETER_NAMES.length)
    assert.equal(optionName('maxHeadBytes'), 'max-head-bytes')
    assert.equal(variableName('maxHeadBytes'), 'LACQUER_MAX_HEAD_BYTES')
    assert.equal(variableName('origins'), 'LACQUER_ORIGIN')
  })
  test('durations are milliseconds and sizes bytes inside, and are called so', () => {
    const settings = settingsOf()
    assert.equal(settings.headTimeoutMs, 10_000)
    assert.equal(settings.memoryBytes, 256 * 1024 * 1024)
    assert.equal(settings.maxHeadBytes, 32 * 1024)
    assert.deepEqual(settings.listen, { host: '127.0.0.1', port: 8080 })
  })
})

describe('precedence', () => {
  const option: Source = { kind: 'option', values: { memory: '1GiB' } }
  const environment: Source = { kind: 'environment', values: { memory: '2GiB', grace: '1m' } }
  const file: Source = { kind: 'file', values: { memory: '3GiB', grace: '2m', keep: '3m' } }

  test('option, environment, file, default', () => {
    const settings = settingsOf(option, environment, file)
    assert.equal(settings.memoryBytes, 1024 ** 3)
    assert.equal(settings.graceMs, 60_000)
    assert.equal(settings.keepMs, 180_000)
    assert.equal(settings.hitForMissMs, 120_000)
  })
  test('a mistake in a source that is overruled is still one', () => {
    const result = readConfig([option, { kind: 'file', values: { memory: 'lots' } }])
    assert.ok(!result.ok)
    assert.equal(result.problems[0]?.source, 'file')
  })
  test('origins of a higher source replace those of a lower one whole', () => {
    const settings = settingsOf(
      { kind: 'option', values: { origins: { default: 'http://a.example' } } },
      { kind: 'file', values: { origins: { default: 'http://b.example', shop: 'http://c.example' } } },
    )
    assert.deepEqual(
      settings.origins.map((origin) => origin.url),
      ['http://a.example'],
    )
  })
})

describe('the environment', () => {
  test('PORT means every address, and LACQUER_LISTEN rules over it', () => {
    assert.equal(fromEnvironment({ PORT: '5000' }).values.listen, '0.0.0.0:5000')
    const both = fromEnvironment({ PORT: '5000', LACQUER_LISTEN: '127.0.0.1:6000' })
    assert.equal(both.values.listen, '127.0.0.1:6000')
    assert.equal(both.variables.listen, 'LACQUER_LISTEN')
  })
  test('lists and origins are separated by commas or blanks', () => {
    const { values } = fromEnvironment({
      LACQUER_ORIGIN: 'http://a.example, shop=http://b.example',
      LACQUER_TRUSTED_PROXIES: '10.0.0.0/8 ::1',
    })
    const settings = settingsOf({ kind: 'environment', values })
    assert.deepEqual(
      settings.origins.map(({ name, url }) => [name, url]),
      [
        ['default', 'http://a.example'],
        ['shop', 'http://b.example'],
      ],
    )
    assert.equal(settings.trustedProxies.length, 2)
  })
  test('an empty variable counts as not set', () => {
    assert.deepEqual(fromEnvironment({ LACQUER_MEMORY: '', PORT: '' }).values, {})
  })
  test('a variable that is nearly one of ours is warned of, a platform’s own is not', () => {
    assert.deepEqual(fromEnvironment({ LACQUER_MEMROY: '1GiB' }).warnings, [
      'LACQUER_MEMROY is no variable of ours; did you mean LACQUER_MEMORY?',
    ])
    assert.deepEqual(fromEnvironment({ LACQUER_SERVICE_HOST: '10.0.0.1', LACQUER_CONFIG: 'x' }).warnings, [])
  })
  test('two origins of one name are an error', () => {
    assert.match(fromEnvironment({ LACQUER_ORIGIN: 'http://a http://b' }).errors[0] ?? '', /two origins/)
  })
})

describe('mistakes are answered with what would be right', () => {
  const cases: [title: string, values: unknown, expected: RegExp][] = [
    [
      'an unknown key names the nearest known one',
      { memroy: '1GiB' },
      /^memroy: unknown key 'memroy'; did you mean 'memory'\?$/,
    ],
    [
      'an unknown key that is near none lists all',
      { colour: 'red' },
      /unknown key 'colour'; known are listen, admin,/,
    ],
    ['a value below its minimum', { memory: '1KiB' }, /^memory: 1KiB is not between 1MiB and 31GiB$/],
    ['a value over its maximum', { maxRestarts: 101 }, /^maxRestarts: 101 is not between 0 and 100$/],
    ['a choice', { accessLog: 'combine' }, /'combine' is not one of the choices; did you mean 'combined'\?/],
    [
      'an origin that is no URL',
      { origins: { default: 'localhost:8000' } },
      /^origins\.default\.url: .*is no URL; write http/,
    ],
    ['an origin of another scheme', { origins: 'ftp://a.example' }, /has the scheme 'ftp'/],
    [
      'an origin with a path',
      { origins: 'http://a.example/shop' },
      /path or query, .* write 'http:\/\/a\.example'/,
    ],
    [
      'an origin with a password, which is not repeated',
      { origins: 'http://u:secret@a' },
      /^(?!.*secret).*user name or password/,
    ],
    ['an origin without a URL', { origins: { shop: {} } }, /^origins\.shop\.url: undefined is no URL/],
    ['a number for an origin', { origins: { shop: 8000 } }, /^origins\.shop: 8000 is neither a URL nor/],
    [
      'an unknown key of an origin',
      { origins: { shop: { url: 'http://a', hots: 'b' } } },
      /^origins\.shop\.hots: .*did you mean 'host'\?/,
    ],
    [
      'a bad name of an origin',
      { origins: { 'a b': 'http://a' } },
      /^origins\.a b: 'a b' is no name for an origin/,
    ],
    [
      'a proxy that is no http URL',
      { origins: { a: { url: 'http://a', proxy: 'socks5://b:1' } } },
      /proxy: .*scheme 'socks5'/,
    ],
    [
      'a list with one bad item',
      { trustedProxies: ['10.0.0.0/8', 'x'] },
      /^trustedProxies: 'x' is no address/,
    ],
    ['a host with a scheme', { hosts: ['http://a'] }, /^hosts: 'http:\/\/a' is no host name/],
    ['no object', 'listen', /write an object/],
  ]
  for (const [title, values, expected] of cases) {
    test(title, () => {
      const problems = problemsOf(values)
      assert.equal(problems.length, 1, JSON.stringify(problems))
      assert.match(problems[0] ?? '', expected)
    })
  }
  test('all mistakes are said at once', () => {
    assert.equal(problemsOf({ memory: 'x', grace: 1, foo: 2 }).length, 3)
  })
})

test('a forward proxy may have a user name and password, which no message repeats', () => {
  const proxied = (proxy: string): unknown => ({ origins: { a: { url: 'http://a', proxy } } })
  const settings = settingsOf({ kind: 'file', values: proxied('http://user:secret@proxy.example:3128/') })
  assert.equal(settings.origins[0]?.proxy, 'http://user:secret@proxy.example:3128')
  assert.doesNotMatch(problemsOf(proxied('socks5://user:secret@proxy.example:1080')).join(), /secret/)
  assert.doesNotMatch(problemsOf(proxied('http://user:secret@proxy.example:99999')).join(), /secret/)
})

test('the default origin comes first, wherever it is written', () => {
  const settings = settingsOf({
    kind: 'file',
    values: defineConfig({ origins: { shop: { url: 'http://a:81/', host: 'b' }, default: 'https://c' } }),
  })
  assert.deepEqual(settings.origins, [
    { name: 'default', url: 'https://c', host: null, proxy: null, ca: null, probe: null },
    { name: 'shop', url: 'http://a:81', host: 'b', proxy: null, ca: null, probe: null },
  ])
})

test('a probe is a path, or more than that', () => {
  const probeOf = (probe: unknown): unknown => ({ origins: { a: { url: 'http://a', probe } } })
  const read = (probe: unknown): unknown =>
    settingsOf({ kind: 'file', values: probeOf(probe) }).origins[0]?.probe
  const defaults = { intervalMs: 5000, timeoutMs: 2000, window: 8, threshold: 3, status: 200 }
  assert.deepEqual(read('/health?deep'), { ...defaults, path: '/health?deep' })
  assert.deepEqual(
    read({ path: '/h', interval: '1s', timeout: '500ms', window: 5, threshold: 5, status: 204 }),
    {
      path: '/h',
      intervalMs: 1000,
      timeoutMs: 500,
      window: 5,
      threshold: 5,
      status: 204,
    },
  )
  for (const [probe, what] of [
    ['health', /is no path; write it from the slash on/],
    ['/a b', /is no path/],
    [7, /is neither a path nor/],
    [{ path: '/', every: '5s' }, /unknown key 'every' of a probe; known are path, interval/],
    [{ path: '/', interval: '1ms' }, /interval: 1ms is not between 100ms and 1h/],
    [{ path: '/', window: 3, threshold: 4 }, /threshold 4 is more than the window of 3 probes/],
    [{ path: '/', window: 65 }, /window: 65 is not between 1 and 64/],
    [{ path: '/', status: 100 }, /status: 100 is not between 200 and 599/],
    [{}, /is no path/],
  ] as const) {
    assert.match(problemsOf(probeOf(probe)).join(), what)
  }
  assert.equal(settingsOf({ kind: 'option', values: { originProbe: '/up' } }).originProbe, '/up')
  assert.match(problemsOf({ originProbe: 'up' }).join(), /is no path/)
})

test('the nearest name is found by letters swapped, missing or wrong, and none where nothing is near', () => {
  assert.equal(nearest('orgin', ['listen', 'origin']), 'origin')
  assert.equal(nearest('lisetn', ['listen', 'origin']), 'listen')
  assert.equal(nearest('zzz', ['listen', 'origin']), undefined)
})
