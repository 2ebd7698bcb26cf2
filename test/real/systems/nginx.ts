/** Debian's nginx: static files from a directory of its own, everything else from an application server behind it. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort, type Program } from './program.ts'
import type { Stage } from './stage.ts'

export interface Nginx {
  readonly program: Program
  readonly port: number
  /** Writes a file below the directory that nginx serves. */
  write(path: string, content: string | Buffer): Promise<void>
}

export interface NginxSpec {
  /** Port of the application server. */
  readonly application: number
  /** Value of Cache-Control that nginx adds to the application's 200 responses. */
  readonly cacheControl?: string
}

export async function startNginx(stage: Stage, spec: NginxSpec): Promise<Nginx> {
  const directory = await stage.directory()
  const port = await freePort()
  // The workers run as another user, who must be able to read the files.
  await chmod(directory, 0o755)
  await mkdir(join(directory, 'static'))
  const file = join(directory, 'nginx.conf')
  await writeFile(file, configuration(directory, port, spec))
  const program = stage.start({
    command: '/usr/sbin/nginx',
    args: ['-p', directory, '-e', 'stderr', '-c', file],
    cwd: directory,
  })
  await program.accepts(port)
  const write = async (path: string, content: string | Buffer): Promise<void> => {
    const target = join(directory, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, content)
  }
  return { program, port, write }
}

/**
 * `/static/` may be used for a minute, and says yes to a DELETE, which changes nothing; `/checked/` must be validated before every reuse; the rest is the application's.
 */
function configuration(directory: string, port: number, spec: NginxSpec): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return [
    ...(userInfo().uid === 0 ? ['user www-data;'] : []),
    'daemon off;',
    'worker_processes 1;',
    `pid ${directory}/nginx.pid;`,
    'events { worker_connections 256; }',
    'http {',
    ...temporary.map((name) => `  ${name}_temp_path ${directory}/${name};`),
    '  access_log off;',
    '  types { text/plain txt; text/css css; application/octet-stream bin; }',
    '  server {',
    `    listen 127.0.0.1:${port};`,
    `    location /static/ {`,
    '      if ($request_method = DELETE) { return 204; }',
    `      root ${directory};`,
    '      add_header Cache-Control max-age=60;',
    '    }',
    `    location /checked/ { root ${directory}; add_header Cache-Control no-cache; }`,
    '    location / {',
    `      proxy_pass http://127.0.0.1:${spec.application};`,
    '      proxy_http_version 1.1;',
    '      proxy_set_header Connection "";',
    '      proxy_set_header Host $http_host;',
    ...(spec.cacheControl === undefined ? [] : [`      add_header Cache-Control "${spec.cacheControl}";`]),
    '    }',
    '  }',
    '}',
    '',
  ].join('\n')
}
