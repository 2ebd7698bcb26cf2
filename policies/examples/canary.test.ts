/** The worked policy in front of two scripted origins. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testEdge, type TestEdge, type TestRequest } from 'lacquer-cache/testing'
import policy from './canary.ts'

const CANARY: TestRequest = { headers: { cookie: 'version=canary' } }
/** By their sessions; the test below would fail with another. */
const STABLE: TestRequest = { headers: { cookie: 'session=1' } }

test('about one visitor in twenty gets the canary, and stays with it', () => {
  const edge = twoVersions()
  const versionOf = (session: number): string =>
    edge.get('/', { headers: { cookie: `session=${session}` } }).body
  const first = Array.from({ length: 1000 }, (_, session) => versionOf(session))
  const canaries = first.filter((version) => version === 'canary').length
  assert.ok(canaries > 25 && canaries < 75, `${canaries} of 1000`)
  const again = Array.from({ length: 1000 }, (_, session) => versionOf(session))
  assert.deepEqual(again, first)
})

test('visitors without a session are told apart by address', () => {
  const edge = twoVersions()
  const versions = Array.from({ length: 250 }, (_, i) => edge.get('/', { from: `198.51.100.${i}` }).body)
  assert.deepEqual(new Set(versions), new Set(['stable', 'canary']))
})

test('what is stored of one version is not served for the other', () => {
  const edge = twoVersions()
  edge.get('/', CANARY).expect({ outcome: 'miss', body: 'canary' })
  edge.get('/', STABLE).expect({ outcome: 'miss', body: 'stable' })
  edge.get('/', CANARY).expect({ outcome: 'hit', body: 'canary' })
  edge.get('/', STABLE).expect({ outcome: 'hit', body: 'stable' })
})

test('where the canary does not answer, or answers with an error, the stable version does', () => {
  const refusing = twoVersions()
  refusing.originNamed('canary').fail('refused')
  refusing.get('/', CANARY).expect({ status: 200, body: 'stable' })

  const broken = twoVersions()
  broken.originNamed('canary').respond(500, {}, 'Traceback')
  broken.get('/', CANARY).expect({ status: 200, body: 'stable' })
})

test('where both fail, the visitor is told', () => {
  const edge = twoVersions()
  edge.originNamed('canary').fail('refused')
  edge.originNamed('stable').respond(500, {}, 'Traceback')
  edge.get('/', CANARY).expect({ status: 500 })
  edge.originNamed('stable').expectRequests(1)
})

test('what changes something is done once', () => {
  const edge = twoVersions()
  edge.originNamed('canary').respond(500)
  edge.post('/', { ...CANARY, body: 'a=1' }).expect({ status: 500 })
  edge.originNamed('stable').expectRequests(0)
})

function twoVersions(): TestEdge {
  const edge = testEdge(policy, { origins: ['stable', 'canary'] })
  for (const [name, origin] of edge.origins) origin.respond(200, { 'cache-control': 'max-age=60' }, name)
  return edge
}
