'use strict';
// Loaded by --require before the program, for CommonJS and ESM entries alike. It gives the
// program's own server the connections of the listener that the host passed down, so that
// a program that asks for a port is served without opening one.
const Module = require('node:module');
const { isMainThread } = require('node:worker_threads');

// CommonJS also looks for packages below HOME, which is the plugin's own folder of data: what a program writes
// there must never become code of its next start.
const home = process.env.HOME;
delete process.env.HOME;
Module._initPaths();
if (home !== undefined) process.env.HOME = home;

require('./identity.cjs').install();

if (!isMainThread) {
  require('./network.cjs').install(__filename);
  require('./worker.cjs').install();
} else if (process.env.LISTEN_PID === String(process.pid) && /^\d+$/.test(process.env.LISTEN_FD)) {
  process.title = process.argv0;
  require('./network.cjs').install(__filename);
  require('./listen.cjs').install(Number(process.env.LISTEN_FD));
  require('./stop.cjs').install();
  require('./datagram.cjs').install();
  require('./children.cjs').install(__filename);
} else {
  // A descendant: its descriptor 3 is not the listener.
  require('./network.cjs').install(__filename);
}
