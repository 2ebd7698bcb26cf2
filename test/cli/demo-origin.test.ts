import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DemoOrigin } from '../../src/cli/demo-origin.ts'

describe('the demo origin', () => {
  let demo: DemoOrigin
  before(async () => {
    demo = await DemoOrigin.start()
  })
  after(() => demo.stop())

  test('/ is a page that says what to try, and may be reused', async () => {
    const response = await fetch(`${demo.url}/`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('cache-control'), 'max-age=60')
    const page = await response.text()
    for (const path of ['/time', '/slow', '/private']) assert.ok(page.includes(`href="${path}"`), path)
  })
  test('/time is the time, and says nothing about caching', async () => {
    const response = await fetch(`${demo.url}/time`)
    assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8')
    assert.equal(response.headers.get('cache-control'), null)
    assert.ok(!Number.isNaN(Date.parse((await response.text()).trim())))
  })
  test('/private is private', async () => {
    assert.equal((await fetch(`${demo.url}/private`)).headers.get('cache-control'), 'private')
  })
  test('another path is 404, another method 501', async () => {
    assert.equal((await fetch(`${demo.url}/nothing`)).status, 404)
    assert.equal((await fetch(`${demo.url}/`, { method: 'POST', body: 'x' })).status, 501)
  })
  test('HEAD has the length and no body', async () => {
    const response = await fetch(`${demo.url}/private`, { method: 'HEAD' })
    assert.notEqual(response.headers.get('content-length'), '0')
    assert.equal(await response.text(), '')
  })
})
