/**
 * The compile process: checks types, strips them, and makes of policy files what `module-loader.ts` evaluates. A process of its
 * own, so that it neither holds up the edge nor leaves it with the memory that the compiler took: what a worker thread has had,
 * the process keeps. It runs nothing of what it reads.
 */
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { TypeChecker } from '../check-types.ts'
import { GraphBuilder, GraphError } from './build-graph.ts'
import type { CompileAnswer, CompileTask, Mistake } from './graph.ts'

// Loading the compiler is much of the first task; compiled once, it is loaded in half the time. As in `bin.js`.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/lacquer', import.meta.url)))
// A terminal tells its whole group; when to end is the edge's to say, by a word or by closing the channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
const { default: ts } = await import('typescript')
const builder = new GraphBuilder(ts)
const checker = new TypeChecker(ts)
process.on('message', (task: CompileTask) => process.send?.(answerTo(task)))

function answerTo({ files, checkTypes }: CompileTask): CompileAnswer {
  try {
    const graph = builder.build(files)
    return { ok: true, graph, typeMistakes: checkTypes ? typeMistakes(files) : [] }
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    return { ok: false, mistakes: [error.mistake], paths: error.paths }
  }
}

function typeMistakes(files: readonly string[]): Mistake[] {
  return files.length === 0 ? [] : checker.check(files)
}
