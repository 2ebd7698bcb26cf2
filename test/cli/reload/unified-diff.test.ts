import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { unifiedDiff } from '../../../src/cli/reload/unified-diff.ts'
import { Folder } from '../folder.ts'

test('what differs is shown with three lines around it', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\n'
  const after = 'a\nb\nc\nd\nE\nf\ng\nh\ni\n'
  assert.equal(unifiedDiff(before, after), '@@ -2,7 +2,8 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n+i\n')
})

test('what is far apart is shown apart, and nothing where nothing differs', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `${i}\n`)
  const before = lines.join('')
  const after = ['first\n', ...lines.slice(0, 19), 'last'].join('')
  const [, first, second] = unifiedDiff(before, after).split(/^(?=@@ )/m)
  assert.equal(unifiedDiff(before, before), '')
  assert.equal(second, undefined)
  assert.match(String(first), /^@@ -17,4 \+18,4 @@\n/)
  assert.match(unifiedDiff(before, after), /^@@ -1,3 \+1,4 @@\n\+first\n 0\n/)
  assert.match(unifiedDiff(before, after), /-19\n\+last\n\\ No newline at end of file\n$/)
})

test('one text is made of the other by what is shown, whatever they are', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })
    .map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = unifiedDiff(before, after)
      const kept = (sign: string): number => diff.split('\n').filter((line) => line.startsWith(sign)).length
      assert.equal(diff === '', before === after)
      const count = (of: string): number => of.match(/[^\n]*\n|[^\n]+$/g)?.length ?? 0
      assert.equal(kept('+') - kept('-'), count(after) - count(before))
    }),
  )
})

test(
  'patch(1) makes one text of the other by it',
  { skip: spawnSync('patch', ['-v']).error !== undefined },
  () => {
    const text = fc
      .array(fc.constantFrom('a\n', 'b\n', 'c\n', '\n'), { maxLength: 30 })
      .map((lines) => lines.join(''))
    fc.assert(
      fc.property(text, text, (before, after) => {
        if (before === after) return
        using folder = new Folder({ before, diff: `--- a\n+++ b\n${unifiedDiff(before, after)}` })
        const files = [join(folder.path, 'before'), join(folder.path, 'diff')]
        const { stdout, stderr } = spawnSync('patch', ['-s', '-o', '-', ...files], { encoding: 'utf8' })
        assert.equal(stdout, after, stderr)
      }),
      { numRuns: 30 },
    )
  },
)

test('texts that have nothing in common are replaced, in bounded time', () => {
  const [before, after] = ['a', 'b'].map((name) =>
    Array.from({ length: 5000 }, (_, i) => `${name}${i}\n`).join(''),
  )
  const diff = unifiedDiff(before ?? '', after ?? '')
  assert.equal(diff.split('\n').length, 10_002)
})
