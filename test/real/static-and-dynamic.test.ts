/**
 * Third architecture: nginx serves static files itself and passes the rest to gunicorn; the edge stands in front of both,
 * static and dynamic in one URL space.
 */
import assert from 'node:assert/strict'
import { cacheStatus } from './systems/cache-status.ts'
import { startGunicorn, TIME_HOST } from './systems/gunicorn.ts'
import { startNginx } from './systems/nginx.ts'
import { realTest } from './systems/packages.ts'
import { servesTheTime } from './systems/time-service.ts'

const HOST = { host: TIME_HOST }

realTest(
  'the edge in front of nginx with static files and gunicorn',
  ['nginx-light', 'gunicorn'],
  async (stage) => {
    const gunicorn = await startGunicorn(stage, 'bare')
    const nginx = await startNginx(stage, { application: gunicorn.port })
    const visitor = await servesTheTime(stage, nginx.port)

    await stage.step('a static file is served from the cache, byte for byte', async () => {
      const file = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff))
      await nginx.write('static/picture.bin', file)
      const miss = await visitor.ask({ path: '/static/picture.bin', headers: HOST })
      const hit = await visitor.ask({ path: '/static/picture.bin', headers: HOST })
      assert.equal(cacheStatus(miss).fwd, 'uri-miss')
      assert.equal(cacheStatus(miss).stored, true)
      assert.equal(cacheStatus(hit).hit, true)
      assert.ok(miss.body.equals(file) && hit.body.equals(file))
      for (const name of ['content-type', 'etag', 'last-modified', 'cache-control']) {
        assert.equal(hit.headers[name], miss.headers[name])
      }
    })

    await stage.step('a client that has the file already gets 304 from the cache', async () => {
      const { headers } = await visitor.ask({ path: '/static/picture.bin', headers: HOST })
      const again = await visitor.ask({
        path: '/static/picture.bin',
        headers: { ...HOST, 'if-none-match': headers.etag ?? '' },
      })
      assert.equal(again.status, 304)
      assert.equal(again.body.length, 0)
      assert.equal(again.headers.etag, headers.etag)
      assert.equal(cacheStatus(again).hit, true)
    })

    await stage.step(
      'a file that must be checked is validated: 304 while it is the same, then the new one',
      async () => {
        const question = { path: '/checked/page.txt', headers: HOST }
        await nginx.write('checked/page.txt', 'one\n')
        assert.equal((await visitor.ask(question)).text, 'one\n')
        const same = await visitor.ask(question)
        assert.equal(same.status, 200)
        assert.equal(same.text, 'one\n')
        assert.equal(cacheStatus(same).fwd, 'stale')
        assert.equal(cacheStatus(same).fwdStatus, 304)
        await nginx.write('checked/page.txt', 'another\n')
        const changed = await visitor.ask(question)
        assert.equal(changed.text, 'another\n')
        assert.equal(cacheStatus(changed).fwdStatus, 200)
      },
    )

    await stage.step(
      'neither stands in for the other: static and dynamic paths, and their 404s, stay apart',
      async () => {
        const time = await visitor.ask({ path: '/time', headers: HOST })
        assert.match(time.text, /^\d{4}-\d\d-\d\dT/)
        const noFile = await visitor.ask({ path: '/static/time', headers: HOST })
        assert.equal(noFile.status, 404)
        assert.match(noFile.text, /nginx/)
        const noPage = await visitor.ask({ path: '/timely', headers: HOST })
        assert.equal(noPage.status, 404)
        assert.equal(noPage.text, 'nothing here\n')
      },
    )

    await stage.step('responses, access log and metrics still tell the same story', () =>
      visitor.agreesWithTheEdge(),
    )
  },
)
