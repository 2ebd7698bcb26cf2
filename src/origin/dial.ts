/**
 * Opens a connection to an origin: TCP, or through a forward proxy, then TLS where the scheme asks for it. Ends in exactly
 * one call: a socket that is ready for a request, or why there is none. Sends nothing of a request.
 */
import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls, type SecureContext } from 'node:tls'
import type { OriginFailure } from '../observe/origin-failure.ts'
import { ciphertextOf } from './ciphertext.ts'
import { openTunnel } from './tunnel.ts'

/** Where an origin is. */
export interface Place {
  readonly host: string
  readonly port: number
  /** Null for plain HTTP. */
  readonly secureContext: SecureContext | null
  readonly proxy: ProxyPlace | null
  /** Where all reads land; null where they don't come from TCP itself. */
  readonly readBuffer: Buffer | null
}

export interface ProxyPlace {
  readonly host: string
  readonly port: number
  /** Value of Proxy-Authorization, or null. */
  readonly authorization: string | null
}

/** A connection that is ready for a request. */
export interface Line {
  readonly socket: Socket
  /** Asked when the socket ends: whether it was cut, where TLS would have said goodbye (RFC 9112 §9.8). */
  readonly wasCut: () => boolean
}

export type DialResult =
  | { readonly ok: true; readonly line: Line }
  | { readonly ok: false; readonly failure: OriginFailure; readonly detail: string }

type Stage = 'tcp' | 'tunnel' | 'tls'

export class Dial {
  readonly #place: Place
  readonly #done: (result: DialResult) => void
  #stage: Stage = 'tcp'
  #socket: Socket
  /** TCP alone has no goodbye but FIN. */
  #wasCut = (): boolean => false
  #over = false

  constructor(place: Place, done: (result: DialResult) => void) {
    this.#place = place
    this.#done = done
    const { host, port } = place.proxy ?? place
    const { readBuffer } = place
    this.#socket = connectTcp({
      ...{ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
      ...(readBuffer === null ? null : { onread: this.#readsInto(readBuffer) }),
    })
    this.#socket.on('error', this.#onError).on('close', this.#onClose).once('connect', this.#onConnect)
  }

  /** Gives up; nobody is called. */
  cancel(): void {
    this.#over = true
    this.#socket.destroy()
  }

  /** A small copy of each read costs less than a buffer of 64 KiB for each. */
  #readsInto(buffer: Buffer): OnReadOpts {
    return {
      buffer,
      callback: (bytes) => this.#socket.push(Buffer.from(buffer.subarray(0, bytes))),
    }
  }

  readonly #onConnect = (): void => {
    const { proxy, host, port } = this.#place
    if (proxy === null) {
      this.#secure()
      return
    }
    this.#stage = 'tunnel'
    openTunnel(
      this.#socket,
      `${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
      proxy.authorization,
      (why) => {
        if (why === null) this.#secure()
        else this.#fail('tunnel', why)
      },
    )
  }

  #secure(): void {
    const { host, secureContext } = this.#place
    if (this.#over) return
    if (secureContext === null) {
      this.#ready()
      return
    }
    this.#stage = 'tls'
    const servername = isIP(host) === 0 ? host : ''
    this.#socket.off('error', this.#onError).off('close', this.#onClose)
    const { stream, hasEnded } = ciphertextOf(this.#socket)
    this.#wasCut = hasEnded
    // The certificate is verified against `host`, a name or an address, before `secureConnect`.
    this.#socket = connectTls({
      socket: stream,
      host,
      servername,
      secureContext,
      ALPNProtocols: ['http/1.1'],
    })
    this.#socket
      .on('error', this.#onError)
      .on('close', this.#onClose)
      .once('secureConnect', () => this.#ready())
  }

  #ready(): void {
    if (this.#over) return
    this.#over = true
    this.#socket.off('error', this.#onError).off('close', this.#onClose)
    this.#done({ ok: true, line: { socket: this.#socket, wasCut: this.#wasCut } })
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#fail(
      failureOf(error, this.#stage),
      error.message === '' ? (error.code ?? error.name) : error.message,
    )
  }

  readonly #onClose = (): void => {
    this.#fail(failureOf(null, this.#stage), 'closed while connecting')
  }

  #fail(failure: OriginFailure, detail: string): void {
    if (this.#over) return
    this.#over = true
    this.#socket.destroy()
    this.#done({
      ok: false,
      failure: failure,
      detail: this.#place.proxy === null ? detail : `by way of proxy: ${detail}`,
    })
  }
}

function failureOf(error: NodeJS.ErrnoException | null, stage: Stage): OriginFailure {
  if (stage !== 'tcp') return stage
  const code = error?.code ?? ''
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'unresolved'
  return code === 'ETIMEDOUT' ? 'connect-timeout' : 'refused'
}
