#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=8 --initial-old-space-size=64 --v8-pool-size=2
// How it is started keeps the process small: what is young on V8's heap in 24 MiB rather than up to 128, and what is freed in one
// arena of the C library's. Hits cost the same, and pauses are shorter: two helper threads of V8's take less of the one that serves than
// four. The old part is not collected before it has 64 MiB, so that the start is quicker. Plain `node bin.js` works, too, with some
// 100 MB more under load.
// Starts Lacquer. Plain, old JavaScript, so that a Node that is too old can still read it and say so.
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    'lacquer: Node 24 or newer is needed; this is ' + process.version + ' (' + process.execPath + ')\n',
  )
  process.exitCode = 1
} else {
  Promise.all([import('node:v8'), import('node:module')])
    .then(function (modules) {
      // V8 learns at the start, while nothing is freed yet, that transactions live long, and would put each of them among the
      // old: half of what a miss allocates then waits for a collection of everything. Measured in bench/README.md.
      modules[0].setFlagsFromString('--no-allocation-site-pretenuring')
      // What is young is collected in a millisecond or two by the one thread that serves: helpers cost more than they save.
      modules[0].setFlagsFromString('--no-parallel-scavenge')
      // The old part may grow by seven tenths before it is collected, rather than to three times what lives.
      modules[0].setFlagsFromString('--heap-growing-percent=70')
      var module = modules[1]
      // What was compiled once need not be compiled at the next start: half of the time to the first answer. Beside the packages
      // rather than in a folder for all users, since what lies there is run. Where it can't be written, it is done without.
      module.enableCompileCache(fileOf('../../node_modules/.cache/lacquer'))
      return import('./main.ts')
    })
    .then(function (main) {
      return main.main(process.argv.slice(2))
    })
    .catch(function (error) {
      process.stderr.write('lacquer: ' + (error.stack || error) + '\n')
      process.exitCode = 1
    })
}

function fileOf(relative) {
  return decodeURIComponent(new URL(relative, import.meta.url).pathname)
}
