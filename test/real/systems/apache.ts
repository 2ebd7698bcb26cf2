/** Debian's Apache with mod_wsgi in daemon mode, in the foreground, with a configuration of its own. */
import { chmod, cp, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { TIME_HOST, WSGI_DIRECTORY, type Service } from './gunicorn.ts'
import { freePort, type Program } from './program.ts'
import type { Stage } from './stage.ts'

export interface Apache {
  readonly program: Program
  readonly port: number
}

export async function startApache(stage: Stage, service: Service): Promise<Apache> {
  const directory = await stage.directory()
  const port = await freePort()
  // The daemon processes run as another user, who must be able to read the services.
  await chmod(directory, 0o755)
  await cp(WSGI_DIRECTORY, join(directory, 'wsgi'), { recursive: true })
  const file = join(directory, 'apache2.conf')
  await writeFile(file, configuration(directory, port, service))
  const program = stage.start({
    command: '/usr/sbin/apache2',
    args: ['-f', file, '-DFOREGROUND'],
    cwd: directory,
    env: { PYTHONDONTWRITEBYTECODE: '1' },
  })
  await program.accepts(port)
  return { program, port }
}

function configuration(directory: string, port: number, service: Service): string {
  const modules = ['mpm_event', 'authz_core', 'env', 'wsgi']
  return [
    `ServerRoot ${directory}`,
    `ServerName ${TIME_HOST}`,
    `Listen 127.0.0.1:${port}`,
    `PidFile ${directory}/apache2.pid`,
    `DefaultRuntimeDir ${directory}`,
    'ErrorLog "|/bin/cat"',
    ...(userInfo().uid === 0 ? ['User www-data', 'Group www-data'] : []),
    ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    'StartServers 1',
    'ThreadsPerChild 25',
    'ServerLimit 2',
    'MaxRequestWorkers 50',
    'SetEnv TIME_HOST ' + TIME_HOST,
    `WSGISocketPrefix ${directory}/wsgi-socket`,
    `WSGIDaemonProcess time processes=1 threads=4 python-path=${directory}/wsgi`,
    'WSGIProcessGroup time',
    'WSGIApplicationGroup %{GLOBAL}',
    `WSGIScriptAlias / ${directory}/wsgi/${service}.py`,
    `<Directory ${directory}/wsgi>`,
    '  Require all granted',
    '</Directory>',
    '',
  ].join('\n')
}
