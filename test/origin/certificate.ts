/** Certificates for origins in tests: self-signed, made when they are asked for, by Debian's openssl. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const pems = new Map<string, { key: string; cert: string }>()

/** One for these names, `DNS:a.test,IP:127.0.0.1`. */
export function certificate(names: string): { key: string; cert: string } {
  const known = pems.get(names)
  if (known !== undefined) return known
  const folder = mkdtempSync(join(tmpdir(), 'lacquer-tls-'))
  const key = join(folder, 'key.pem')
  const cert = join(folder, 'cert.pem')
  const make = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ]
  execFileSync(
    'openssl',
    [...make, '-subj', '/CN=test', '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', cert],
    {
      stdio: 'ignore',
    },
  )
  const made = { key: readFileSync(key, 'latin1'), cert: readFileSync(cert, 'latin1') }
  rmSync(folder, { recursive: true })
  pems.set(names, made)
  return made
}
