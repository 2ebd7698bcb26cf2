#!/usr/bin/env node
// Starts Lacquer. Plain, old JavaScript, so that a Node that is too old can still read it and say so.
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    'lacquer: Node 24 or newer is needed; this is ' + process.version + ' (' + process.execPath + ')\n',
  )
  process.exitCode = 1
} else {
  import('./main.ts').then(
    function (module) {
      return module.main(process.argv.slice(2))
    },
    function (error) {
      process.stderr.write('lacquer: ' + (error.stack || error) + '\n')
      process.exitCode = 1
    },
  )
}
