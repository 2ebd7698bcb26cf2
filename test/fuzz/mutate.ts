/** Valid streams with a few bytes changed, by chance that can be had again. */
import { acceptedCases } from '../hostile/accepted-cases.ts'
import type { Dice } from '../hostile/dice.ts'
import { givenCases } from '../hostile/given-cases.ts'

const MAX_BASE_BYTES = 2000

/** Streams that are right: the accepted cases. */
export const BASES: readonly string[] = [...givenCases(), ...acceptedCases()]
  .filter(({ verdict, bytes }) => verdict.kind === 'forwarded' && bytes.length <= MAX_BASE_BYTES)
  .map(({ bytes }) => bytes)

/** What parsers have stumbled over. */
const PIECES: readonly string[] = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\r\n',
    '\n\n',
    '\r\n\r\n',
    ' ',
    '\t',
    '\x0b',
    '\x0c',
    '\0',
    '\x7f',
    '\xa0',
    '\x85',
  ],
  ...[':', ',', ';', '"', '\\', '#', '?', '/', '@', '*', '%', '+', '-', '_', '.', '0', '5', 'f', 'x'],
  ...[
    'chunked',
    'identity',
    'gzip',
    'close',
    'keep-alive',
    'upgrade',
    'HTTP/1.1',
    'HTTP/1.0',
    '100-continue',
  ],
  ...['Host: x\r\n', 'Content-Length: 4\r\n', 'Transfer-Encoding: chunked\r\n', 'Connection: close\r\n'],
  ...['Content-Length: ', 'Transfer-Encoding: ', 'Expect: 100-continue\r\n', 'X: y\r\n', ' folded\r\n'],
  ...['0\r\n\r\n', '4\r\nabcd\r\n', '4;x=y\r\nabcd\r\n', 'ffffffff\r\n', '00000000000000000004\r\n'],
  ...['GET /x HTTP/1.1\r\nHost: t.test\r\n\r\n', 'GET ', 'POST ', 'HEAD ', 'OPTIONS * ', 'http://t.test/'],
]

/** One to three of the right streams behind each other, with up to four changes. */
export function mutated(dice: Dice): string {
  let stream = ''
  for (let n = 1 + dice.below(3); n > 0; n--) stream += dice.pick(BASES)
  for (let n = 1 + dice.below(4); n > 0; n--) stream = change(stream, dice)
  return stream
}

function change(stream: string, dice: Dice): string {
  const at = dice.below(stream.length + 1)
  const before = stream.slice(0, at)
  switch (dice.below(8)) {
    case 0:
      return before + dice.byte() + stream.slice(at + 1)
    case 1:
      return before + dice.byte() + stream.slice(at)
    case 2:
      return before + stream.slice(at + 1 + dice.below(6))
    case 3:
      return before + dice.pick(PIECES) + stream.slice(at + dice.below(4))
    case 4:
      return copied(stream, dice)
    case 5:
      // At a line's beginning, where fields go.
      return atLine(stream, dice)
    case 6:
      return before + upper(stream.charAt(at)) + stream.slice(at + 1)
    default:
      return before + dice.pick(PIECES) + stream.slice(at)
  }
}

/** Of ASCII alone: others would leave latin1, and could not be sent. */
const upper = (character: string): string => (/[a-z]/.test(character) ? character.toUpperCase() : character)

/** A stretch of it once more, somewhere else. */
function copied(stream: string, dice: Dice): string {
  const from = dice.below(stream.length)
  const stretch = stream.slice(from, from + 1 + dice.below(40))
  const at = dice.below(stream.length + 1)
  return stream.slice(0, at) + stretch + stream.slice(at)
}

function atLine(stream: string, dice: Dice): string {
  const starts = [...stream.matchAll(/\r\n/g)].map((match) => match.index + 2)
  if (starts.length === 0) return stream
  const at = dice.pick(starts)
  return stream.slice(0, at) + dice.pick(PIECES) + stream.slice(at)
}

/** The stream in the pieces in which it arrives. */
export function cut(stream: string, dice: Dice): string[] {
  switch (dice.below(4)) {
    case 0:
      return Array.from(stream)
    case 1:
      return [stream]
    default: {
      const pieces: string[] = []
      for (let at = 0; at < stream.length;) {
        const bytes = 1 + dice.below(stream.length)
        pieces.push(stream.slice(at, at + bytes))
        at += bytes
      }
      return pieces
    }
  }
}
