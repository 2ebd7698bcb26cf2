/**
 * Every byte at every place in and around the four field lines that matter most: put in between, and in place of what is
 * there. A request that may be smuggled is always behind it.
 */

interface Line {
  readonly line: string
  /** Where the line goes, as `@`. */
  readonly stream: string
}

const NEXT = 'GET /next HTTP/1.1\r\nHost: t.test\r\n\r\n'

export const LINES: readonly Line[] = [
  { line: 'Host: t.test\r\n', stream: `GET /sweep HTTP/1.1\r\n@X: y\r\n\r\n${NEXT}` },
  {
    line: 'Content-Length: 4\r\n',
    stream: `POST /sweep HTTP/1.1\r\nHost: t.test\r\n@X: y\r\n\r\nabcd${NEXT}`,
  },
  {
    line: 'Transfer-Encoding: chunked\r\n',
    stream: `POST /sweep HTTP/1.1\r\nHost: t.test\r\n@X: y\r\n\r\n4\r\nabcd\r\n0\r\n\r\n${NEXT}`,
  },
  { line: 'Connection: close\r\n', stream: `GET /sweep HTTP/1.1\r\nHost: t.test\r\n@X: y\r\n\r\n${NEXT}` },
]

/** All streams, line by line; one in `step` places, from place `first` on. */
export function* sweep(step = 1, first = 0): Generator<string> {
  for (const { line, stream } of LINES) {
    for (let at = first % step; at <= line.length; at += step) {
      for (let byte = 0; byte < 256; byte++) {
        const character = String.fromCharCode(byte)
        yield stream.replace('@', () => line.slice(0, at) + character + line.slice(at))
        if (at < line.length)
          yield stream.replace('@', () => line.slice(0, at) + character + line.slice(at + 1))
      }
    }
  }
}

/** How many streams that is with every place. */
export function sweepSize(): number {
  return LINES.reduce((sum, { line }) => sum + (2 * line.length + 1) * 256, 0)
}
