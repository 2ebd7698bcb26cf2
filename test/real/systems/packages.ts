/**
 * Which of the real programs are there. A test whose packages are missing names them and skips; with
 * LACQUER_REQUIRE_REAL=1, which `.ci/run` sets after it has installed them, it fails instead.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { Stage } from './stage.ts'

/** Debian's packages, each with a file that shows that it is installed. */
const EVIDENCE = {
  gunicorn: '/usr/lib/python3/dist-packages/gunicorn/__init__.py',
  'python3-webob': '/usr/lib/python3/dist-packages/webob/__init__.py',
  'python3-werkzeug': '/usr/lib/python3/dist-packages/werkzeug/__init__.py',
  apache2: '/usr/sbin/apache2',
  'libapache2-mod-wsgi-py3': '/usr/lib/apache2/modules/mod_wsgi.so',
  'nginx-light': '/usr/sbin/nginx',
} as const

/** A test that takes longer hangs. */
const TIMEOUT_MS = 120_000

export type DebianPackage = keyof typeof EVIDENCE

/** A test that needs these packages. */
export function realTest(
  name: string,
  packages: readonly DebianPackage[],
  body: (stage: Stage) => Promise<void>,
): void {
  const missing = packages.filter((one) => !existsSync(EVIDENCE[one]))
  if (missing.length === 0) {
    test(name, { timeout: TIMEOUT_MS }, (t) => Stage.run(t, body))
    return
  }
  const complaint = `not installed: ${missing.join(' ')} (apt-get install -y --no-install-recommends ${missing.join(' ')})`
  if (process.env['LACQUER_REQUIRE_REAL'] === '1') test(name, () => assert.fail(complaint))
  else test(name, { skip: complaint })
}
