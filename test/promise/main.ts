/**
 * The long form of the promise's test: `npm run check:promise -- [stories] [seed]`, 100,000 stories unless it is told otherwise. Says how far it
 * has come, and ends with status 1 at the first story in which something withdrawn was served, so that its seed can be told again.
 */
import { Story } from './story.ts'

const [stories = 100_000, seed = 1] = process.argv.slice(2).map(Number)
let reads = 0
let told = 0
for (; told < stories && process.exitCode === undefined; told++) {
  const { checker } = new Story(seed + told).run()
  reads += checker.reads
  for (const violation of checker.violations) {
    process.stderr.write(`story ${seed + told}: ${violation}\n`)
    process.exitCode = 1
  }
  if ((told + 1) % 5000 === 0) process.stdout.write(`${told + 1} stories, ${reads} answers\n`)
}
process.stdout.write(
  `${told} stories, ${reads} answers: the promise ${process.exitCode === undefined ? 'held' : 'was broken'}\n`,
)
