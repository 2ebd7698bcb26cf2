import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { LineWriter, type Write } from '../../src/cli/line-writer.ts'

type Done = Parameters<Write>[4]

/** A file descriptor whose writes end when the test says so. */
class Descriptor {
  readonly calls: { readonly text: string; readonly done: Done }[] = []
  dropped = 0

  readonly write: Write = (_fd, bytes, offset, length, done) => {
    this.calls.push({ text: bytes.toString('latin1', offset, offset + length), done })
  }

  writer(queueBytes = 1000, writeBytes = 100): LineWriter {
    return new LineWriter(1, {
      queueBytes,
      writeBytes,
      write: this.write,
      dropped: (n) => (this.dropped += n),
    })
  }

  /** Ends the last write: with all of it taken, or so many bytes. */
  take(bytes?: number): void {
    const call = this.calls.at(-1)
    call?.done(null, bytes ?? call.text.length)
  }

  fail(code: string): void {
    this.calls.at(-1)?.done(Object.assign(new Error(code), { code }), 0)
  }

  get texts(): string[] {
    return this.calls.map((call) => call.text)
  }
}

describe('the writer of log lines', () => {
  test('gathers lines into one write', async () => {
    const fd = new Descriptor()
    const writer = fd.writer()
    writer.line('a')
    writer.line('b')
    assert.deepEqual(fd.texts, [])
    const flushed = writer.flush(60_000)
    assert.deepEqual(fd.texts, ['a\nb\n'])
    fd.take()
    await flushed
  })

  test('takes lines as bytes, of which so many are a line, and copies them', async () => {
    const fd = new Descriptor()
    const writer = fd.writer(1000, 10)
    const bytes = Buffer.from('abcdefghijkl')
    writer.lineOf(bytes, 2)
    bytes.fill('x', 0, 4)
    writer.line('m')
    writer.lineOf(bytes, 12)
    const flushed = writer.flush(60_000)
    fd.take()
    fd.take()
    await flushed
    assert.deepEqual(fd.texts, ['ab\nm\n', 'xxxxefghijkl\n'])
  })

  test('has one write outstanding, and gathers what comes meanwhile', async () => {
    const fd = new Descriptor()
    const writer = fd.writer()
    writer.line('a')
    const flushed = writer.flush(60_000)
    writer.line('b')
    writer.line('c')
    assert.deepEqual(fd.texts, ['a\n'])
    fd.take()
    assert.deepEqual(fd.texts, ['a\n', 'b\nc\n'])
    fd.take()
    await flushed
  })

  test('begins at once when a whole write has gathered, and never writes more than whole lines around that', () => {
    const fd = new Descriptor()
    const writer = fd.writer(1000, 10)
    writer.line('123456789')
    assert.deepEqual(fd.texts, ['123456789\n'])
    for (const text of ['aaaa', 'bbbb', 'cccc']) writer.line(text)
    fd.take()
    assert.deepEqual(fd.texts.slice(1), ['aaaa\nbbbb\n'])
    fd.take()
    assert.deepEqual(fd.texts.slice(2), ['cccc\n'])
    fd.take()
  })

  test('drops whole lines when its queue is full, counts them, and goes on when there is room', () => {
    const fd = new Descriptor()
    const writer = fd.writer(20, 10)
    writer.line('123456789') // being written
    writer.line('123456789') // waits: 20 bytes in all
    writer.line('x')
    writer.line('y')
    assert.equal(fd.dropped, 2)
    fd.take()
    writer.line('z')
    fd.take()
    fd.take()
    assert.equal(fd.texts.join(''), '123456789\n123456789\nz\n')
    assert.equal(fd.dropped, 2)
  })

  test('goes on where a short write ended', async () => {
    const fd = new Descriptor()
    const writer = fd.writer()
    writer.line('abcdef')
    const flushed = writer.flush(60_000)
    fd.take(2)
    assert.deepEqual(fd.texts, ['abcdef\n', 'cdef\n'])
    fd.take()
    await flushed
  })

  test('tries again when a non-blocking reader has no room, after ever longer pauses', async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const fd = new Descriptor()
      const writer = fd.writer()
      writer.line('a')
      mock.timers.tick(10)
      fd.fail('EAGAIN')
      assert.equal(fd.calls.length, 1)
      mock.timers.tick(1)
      assert.deepEqual(fd.texts, ['a\n', 'a\n'])
      fd.fail('EAGAIN')
      mock.timers.tick(1)
      assert.equal(fd.calls.length, 2)
      mock.timers.tick(1)
      assert.equal(fd.calls.length, 3)
      const flushed = writer.flush(60_000)
      fd.take()
      await flushed
      assert.equal(fd.dropped, 0)
    } finally {
      mock.timers.reset()
    }
  })

  test('counts everything as dropped once the reader has gone', async () => {
    const fd = new Descriptor()
    const writer = fd.writer()
    writer.line('a')
    writer.line('b')
    const flushed = writer.flush(60_000)
    fd.fail('EPIPE')
    await flushed
    writer.line('c')
    assert.equal(fd.dropped, 3)
    assert.equal(fd.calls.length, 1)
  })

  test('loses the lines of a write that failed, and tries again with later ones', async () => {
    const fd = new Descriptor()
    const writer = fd.writer()
    writer.line('a')
    const flushed = writer.flush(60_000)
    writer.line('b')
    fd.fail('ENOSPC')
    assert.deepEqual(fd.texts, ['a\n', 'b\n'])
    fd.take()
    await flushed
    assert.equal(fd.dropped, 1)
  })

  test('a line of which a part was written when a write failed is ended before the next one', async () => {
    const fd = new Descriptor()
    const writer = fd.writer()
    writer.line('abc')
    const flushed = writer.flush(60_000)
    writer.line('d')
    fd.take(2)
    fd.fail('ENOSPC')
    assert.deepEqual(fd.texts, ['abc\n', 'c\n', '\nd\n'])
    fd.take()
    writer.line('e')
    const again = writer.flush(60_000)
    fd.take()
    await Promise.all([flushed, again])
    assert.equal(fd.texts.at(-1), 'e\n')
  })

  test('a line longer than a write has one of its own, whatever was written before', async () => {
    const fd = new Descriptor()
    const writer = fd.writer(1000, 10)
    const lines = ['123456789', 'x'.repeat(30), '123456789', 'y'.repeat(11), 'z']
    for (const line of lines) {
      writer.line(line)
      const flushed = writer.flush(60_000)
      fd.take()
      await flushed
    }
    assert.deepEqual(
      fd.texts,
      lines.map((line) => `${line}\n`),
    )
  })

  test('a flush ends at its limit, and what was left counts as dropped', async () => {
    const fd = new Descriptor()
    const writer = fd.writer()
    writer.line('a')
    await writer.flush(1)
    assert.equal(fd.dropped, 1)
  })
})
