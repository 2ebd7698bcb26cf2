/** A peer: a program of the system's, with a configuration of `bench/peers`, in the foreground in a directory of its own. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, memoryDirectory, untilListening } from '../places.ts'
import { processTree, SERVER_CORE, startSilent } from '../process.ts'
import type { Needs, RunningSubject, Subject } from './subject.ts'

export interface Peer {
  readonly name: string
  readonly program: string
  readonly versionOption: string
  /** File of `bench/peers`. */
  readonly configuration: string
  /** The command that runs it in the foreground with the configuration made from that file. */
  command(at: PeerPlace): readonly string[]
}

export interface PeerPlace {
  readonly configuration: string
  readonly directory: string
  readonly port: number
  readonly needs: Needs
}

const PEERS = join(import.meta.dirname, '../../peers')

export function peer(description: Peer): Subject {
  return {
    name: description.name,
    version() {
      const { error, stdout, stderr } = spawnSync(description.program, [description.versionOption], {
        encoding: 'utf8',
      })
      if (error !== undefined) return null
      return (stdout + stderr).split('\n')[0]?.trim() ?? ''
    },
    start: (origin, needs) => startPeer(description, origin, needs),
  }
}

async function startPeer(description: Peer, origin: string, needs: Needs): Promise<RunningSubject> {
  const directory = await mkdtemp(join(memoryDirectory(), `lacquer-bench-${description.name}-`))
  const port = await freePort()
  const configuration = join(directory, description.configuration)
  const values = {
    port,
    directory,
    originPort: new URL(origin).port,
    memoryMiB: needs.memoryMiB,
    connections: needs.connections,
    // Started by root, nginx would serve as a user who may not enter the directory.
    user: process.getuid?.() === 0 ? 'user root;' : '',
  }
  const template = await readFile(join(PEERS, description.configuration), 'utf8')
  await writeFile(configuration, filled(template, values))
  const running = startSilent(SERVER_CORE, description.command({ configuration, directory, port, needs }))
  const stop = async (): Promise<void> => {
    await running.stop()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await untilListening(port, running)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: `http://127.0.0.1:${port}`,
    admin: null,
    pids: () => processTree(running.pid),
    counts: () => Promise.resolve(null),
    stop,
  }
}

function filled(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`a configuration asks for ${name}, which there is not`)
    return String(value)
  })
}
