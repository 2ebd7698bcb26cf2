/**
 * The real systems by themselves: what the other tests here take for granted about the origins, so that a failure there
 * is the edge's.
 */
import assert from 'node:assert/strict'
import { startApache } from './systems/apache.ts'
import { ask } from './systems/client.ts'
import { SERVICES, startGunicorn, TIME_HOST } from './systems/gunicorn.ts'
import { startNginx } from './systems/nginx.ts'
import { realTest } from './systems/packages.ts'

for (const { module, packages } of SERVICES) {
  realTest(
    `${module} on gunicorn tells the time, and knows 404 and 501`,
    ['gunicorn', ...packages],
    async (stage) => {
      await tellsTheTime((await startGunicorn(stage, module)).port)
    },
  )
  realTest(
    `${module} on Apache with mod_wsgi tells the time, and knows 404 and 501`,
    ['apache2', 'libapache2-mod-wsgi-py3', ...packages],
    async (stage) => {
      await tellsTheTime((await startApache(stage, module)).port)
    },
  )
}

realTest('nginx serves files itself and passes the rest on', ['nginx-light', 'gunicorn'], async (stage) => {
  const gunicorn = await startGunicorn(stage, 'bare')
  const nginx = await startNginx(stage, { application: gunicorn.port, cacheControl: 'max-age=5' })
  await nginx.write('static/a.txt', 'a file\n')
  const file = await ask({ port: nginx.port, path: '/static/a.txt' })
  assert.equal(file.text, 'a file\n')
  assert.equal(file.headers['cache-control'], 'max-age=60')
  assert.ok(file.headers.etag)
  const time = await ask({ port: nginx.port, path: '/time', headers: { host: TIME_HOST } })
  assert.equal(time.headers['cache-control'], 'max-age=5')
  await tellsTheTime(nginx.port)
})

async function tellsTheTime(port: number): Promise<void> {
  const host = { host: `${TIME_HOST}:${port}` }
  const before = Date.now()
  const time = await ask({ port, path: '/time', headers: host })
  assert.equal(time.status, 200)
  assert.match(time.headers['content-type'] ?? '', /^text\/plain/)
  const told = Date.parse(time.text.trim())
  assert.ok(told >= before - 1 && told <= Date.now() + 1, `told ${time.text}`)
  assert.equal((await ask({ port, path: '/elsewhere', headers: host })).status, 404)
  assert.equal((await ask({ port, path: '/time', headers: { host: 'other.example' } })).status, 404)
  assert.equal((await ask({ port, path: '/time', headers: host, method: 'POST', body: 'x' })).status, 501)
  assert.equal((await ask({ port, path: '/time', headers: host, method: 'DELETE' })).status, 501)
}
