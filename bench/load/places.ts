/** Where servers that the bench starts live: free ports, and a directory in memory. */
import { existsSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Running } from './process.ts'

/** A port that was free a moment ago: for programs that can't choose one and tell. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** A file system in memory where there is one, so that no disk is measured. */
export function memoryDirectory(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
}

const PATIENCE_MS = 15_000

/** Resolves when connections to `port` are accepted; rejects where the program ends before. */
export async function untilListening(port: number, running: Running, pauseMs = 20): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  while (!(await accepts(port))) {
    if (running.hasEnded) throw new Error(`it ended: ${running.complaints}`)
    if (performance.now() > until) throw new Error(`nobody listens on port ${port}: ${running.complaints}`)
    await sleep(pauseMs)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
