/** What is wrong with a hook when it runs: a message with file and line, a name, a counter, and a 503 for its request alone. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { testEdge, type TestEdge } from 'lacquer-cache/testing'
import { HOOK_PROBLEMS, type HookProblem } from '../../src/observe/counters.ts'
import type { HookName } from '../../src/policy/hooks.ts'
import { loadPolicies } from '../../src/policy/load.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacquer-hooks-'))
})
after(() => rm(folder, { recursive: true }))

interface Case {
  /** The hook as it stands in the policy, from line 3 on. */
  readonly source: string
  readonly hook: HookName
  readonly problem: HookProblem
  readonly says: RegExp
  readonly line: number
  /** What brings the request that far; a GET without. */
  readonly method?: string
  readonly after?: string
}

const CASES: Record<string, Case> = {
  'throws an error': {
    source: 'recv({ request }) {\n    const at = request.url.length\n    throw new Error(`boom ${at}`)\n  }',
    hook: 'recv',
    problem: 'threw',
    says: /^hook recv of route policy threw: boom 2$/,
    line: 5,
  },
  'throws what is no error': {
    source: "\n  miss() {\n    throw 'boom'\n  }",
    hook: 'miss',
    problem: 'threw',
    says: /threw: 'boom'$/,
    line: 4,
  },
  'calls what there is not': {
    source: 'deliver({ response }) {\n    response.headers.put("a", "b")\n  }',
    hook: 'deliver',
    problem: 'threw',
    says: /threw: response\.headers\.put is not a function/,
    line: 4,
  },
  'fails after a while': {
    source: 'async originRequest() {\n    await Promise.resolve()\n    throw new Error("no key")\n  }',
    hook: 'originRequest',
    problem: 'rejected',
    says: /failed: no key$/,
    line: 5,
  },
  'never ends': {
    source: 'name: "policy",\n  originResponse: () => new Promise(() => undefined)',
    hook: 'originResponse',
    problem: 'timeout',
    says: /took longer than 5000 ms \(hookTimeout\)$/,
    line: 4,
    after: '5s',
  },
  'makes a promise where nobody waits for one': {
    source: 'async deliver() {}',
    hook: 'deliver',
    problem: 'not-asynchronous',
    says: /must not be asynchronous; these may: recv, originRequest, originResponse, originError$/,
    line: 3,
  },
  'answers what is not legal there': {
    source: 'hash: () => pass()',
    hook: 'hash',
    problem: 'illegal-verdict',
    says: /answered pass\(\); legal there: lookup\(\)$/,
    line: 3,
  },
  'answers what is no verdict': {
    source: 'pass: () => "fetch"',
    hook: 'pass',
    problem: 'illegal-verdict',
    says: /answered 'fetch'; legal there: fetch\(\), synth\(\), restart\(\)$/,
    line: 3,
    method: 'POST',
  },
  'answers null': {
    source: 'purge: () => null, recv: () => purge()',
    hook: 'purge',
    problem: 'illegal-verdict',
    says: /answered null; legal there: synth\(\), restart\(\)$/,
    line: 3,
  },
  'answers a function, since the brackets were forgotten': {
    source: 'recv: () => pass',
    hook: 'recv',
    problem: 'illegal-verdict',
    says: /answered \[Function: pass\]; legal there: lookup\(\), pass\(\)/,
    line: 3,
  },
  'answers with a field that can’t be sent': {
    source: 'recv: () => synth(200, { headers: { "x-a": "a\\nb" } })',
    hook: 'recv',
    problem: 'unsendable-verdict',
    says: /answered a synth\(\) that can't be sent: header x-a: value "a\\nb" has control characters/,
    line: 3,
  },
  'answers with a body that is no text': {
    source: 'recv: () => synth(200, { body: { a: 1 } })',
    hook: 'recv',
    problem: 'unsendable-verdict',
    says: /can't be sent: body is no string/,
    line: 3,
  },
  'passes for a reason that is none': {
    source: 'recv: () => pass({ why: 1 })',
    hook: 'recv',
    problem: 'unsendable-verdict',
    says: /answered a pass\(\) whose reason is \{ why: 1 \}; give a short word such as 'logged-in'/,
    line: 3,
  },
  'looks up what can’t be stored': {
    source: 'recv: () => lookup()',
    hook: 'recv',
    problem: 'unstorable-lookup',
    says: /answered lookup\(\) for a request that is no GET or HEAD/,
    line: 3,
    method: 'POST',
  },
  'gives a tag that is none': {
    source: 'originResponse: ({ response }) => void response.tags.add("")',
    hook: 'originResponse',
    problem: 'bad-tag',
    says: /gave a tag that is empty or holds control characters: ''$/,
    line: 3,
  },
}

async function edgeWith(id: string, source: string): Promise<{ edge: TestEdge; file: string }> {
  const file = join(folder, 'policy.ts')
  await writeFile(
    file,
    `import { lookup, pass, purge, route, synth } from 'lacquer-cache'
export default route({ match: { path: '/a' },
  ${source}
})
export const all = [lookup, pass, purge, synth]
`,
  )
  const edge = testEdge()
  edge.engine.use(await loadPolicies([file], id))
  edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'a')
  return { edge, file }
}

describe('a hook that', () => {
  for (const [what, { source, hook, problem, says, line, method = 'GET', after: span }] of Object.entries(
    CASES,
  )) {
    test(what, async () => {
      const { edge, file } = await edgeWith(what.replaceAll(' ', '-'), source)
      const response = edge.send(method, '/a')
      await edge.settled()
      if (span !== undefined) edge.clock.advance('5s')
      await edge.settled()
      response.expect({
        status: 503,
        outcome: 'error',
        reason: `policy-${hook}`,
        cacheStatus: new RegExp(`detail=policy-${hook}`),
        headers: { 'cache-control': 'no-store' },
        end: 'complete',
      })
      // What went wrong is the operator's to read, and no client's.
      const fields = response.headers.names().map((name) => response.headers.get(name))
      const shown = `${fields.join('\n')}\n${response.body}`
      assert.doesNotMatch(shown, /boom|threw|\.ts\b|\bat |node:/, shown)
      const event = edge.log.find(({ event }) => event === 'policy-hook-error')
      assert.equal(event?.level, 'error')
      const { message, ...detail } = event.detail
      assert.deepEqual(detail, { hook, route: 'policy', problem, where: `${file}:${line}` })
      assert.match(String(message), says)
      assert.deepEqual([edge.count('hookErrors', hook), edge.count('hookErrors')], [1, 1])
      assert.deepEqual([edge.count('hookProblems', problem), edge.count('hookProblems')], [1, 1])
      edge.get('/b').expect({ status: 200, route: 'builtin' })
    })
  }
})

test('each problem has its case here', () => {
  const told = new Set(Object.values(CASES).map(({ problem }) => problem))
  assert.deepEqual([...told].toSorted(), [...HOOK_PROBLEMS].toSorted())
})
