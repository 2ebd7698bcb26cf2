/** Debian's gunicorn, serving one of the WSGI services of `../wsgi/`. */
import { fileURLToPath } from 'node:url'
import type { DebianPackage } from './packages.ts'
import type { Program } from './program.ts'
import type { Stage } from './stage.ts'

/** The three services, and what each needs. */
export const SERVICES = [
  { module: 'bare', packages: [] },
  { module: 'webob_app', packages: ['python3-webob'] },
  { module: 'werkzeug_app', packages: ['python3-werkzeug'] },
] as const satisfies readonly { module: string; packages: readonly DebianPackage[] }[]

export type Service = (typeof SERVICES)[number]['module']

export const WSGI_DIRECTORY = fileURLToPath(new URL('../wsgi/', import.meta.url))

/** The host that the services answer for. */
export const TIME_HOST = 'time.example'

export interface Gunicorn {
  readonly program: Program
  readonly port: number
  /** Stops it in its tracks: it keeps its connections, takes new ones, and says nothing, until it is resumed. */
  halt(): Promise<{ resume(): void }>
}

/** Starts gunicorn on `port`, or on one of its own choice, and waits until it listens. */
export async function startGunicorn(stage: Stage, service: Service, port = 0): Promise<Gunicorn> {
  const directory = await stage.directory()
  const program = stage.start({
    command: '/usr/bin/python3',
    args: [
      ...['-m', 'gunicorn', '--bind', `127.0.0.1:${port}`, '--chdir', WSGI_DIRECTORY],
      ...['--worker-class', 'gthread', '--threads', '4', '--keep-alive', '75'],
      ...['--worker-tmp-dir', directory, '--graceful-timeout', '1', `${service}:application`],
    ],
    cwd: directory,
    env: { TIME_HOST, PYTHONDONTWRITEBYTECODE: '1' },
    stopBy: 'SIGQUIT',
  })
  // Gunicorn accepts connections from this line on; they wait in the backlog until its worker has booted.
  const listening = await program.says((output) => /Listening at: http:\/\/127\.0\.0\.1:(\d+)/.exec(output))
  return { program, port: Number(listening[1]), halt: () => halt(program) }
}

async function halt(program: Program): Promise<{ resume(): void }> {
  const worker = await program.says((output) => /Booting worker with pid: (\d+)/.exec(output))
  const pids = [program.pid!, Number(worker[1])]
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  return {
    resume() {
      for (const pid of pids) process.kill(pid, 'SIGCONT')
    },
  }
}
