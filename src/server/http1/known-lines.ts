/**
 * The field lines of a head that matter to the server itself, noted while they are scanned: how many there are of each, and
 * where the first one is. Names are told apart by their length first, so that most lines cost one comparison.
 */
import { TOKEN } from './bytes.ts'
import type { RefusalReason } from '../../observe/refusals.ts'

export class KnownLines {
  host = 0
  hostLine = 0
  contentLength = 0
  contentLengthLine = 0
  transferEncoding = 0
  transferEncodingLine = 0
  connection = 0
  expect = 0

  /** For those who keep it. */
  copy(): KnownLines {
    return Object.assign(new KnownLines(), this)
  }

  /** Nothing is said of a body. */
  get announcesNoBody(): boolean {
    return this.contentLength === 0 && this.transferEncoding === 0 && this.expect === 0
  }

  clear(): void {
    this.host = this.contentLength = this.transferEncoding = this.connection = this.expect = 0
    this.hostLine = this.contentLengthLine = this.transferEncodingLine = 0
  }

  /**
   * Line number `line` has the name in `buffer` from `start` to `end`. Aliases of framing fields with `_`, which CGI-like
   * origins take for the real ones, are refused.
   */
  note(buffer: Buffer, start: number, end: number, line: number): RefusalReason | null {
    switch (end - start) {
      case 4:
        if (isNamed(buffer, start, 'host') && this.host++ === 0) this.hostLine = line
        return null
      case 6:
        if (isNamed(buffer, start, 'expect')) this.expect++
        return null
      case 10:
        if (isNamed(buffer, start, 'connection')) this.connection++
        return null
      case 14:
        if (isNamed(buffer, start, 'content_length')) return 'underscored-framing-field'
        if (isNamed(buffer, start, 'content-length') && this.contentLength++ === 0)
          this.contentLengthLine = line
        return null
      case 17:
        if (isNamed(buffer, start, 'transfer_encoding')) return 'underscored-framing-field'
        if (isNamed(buffer, start, 'transfer-encoding') && this.transferEncoding++ === 0)
          this.transferEncodingLine = line
        return null
      default:
        return null
    }
  }
}

/** Whether a line of this name, in lower case, is noted where nothing is said of a body. */
export const isNoted = (name: string): boolean => name === 'host' || name === 'connection'

/** Whether the token at `start` is `name`, which is as long, but for case. */
function isNamed(buffer: Buffer, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    if (TOKEN[buffer[start + i]!] !== name.charCodeAt(i)) return false
  }
  return true
}
