'use strict';
// Children of the program are ordinary processes: the listener, the control channel and
// this preload are not theirs, and descriptor 3 of a forked one is its own channel to the program.
const { ChildProcess } = require('node:child_process');
const net = require('node:net');
const control = require('./control.cjs');
const front = require('./front.cjs');

const own = /^(LISTEN_(FD|FDS|PID|FDNAMES)|APPZONE_CONTROL_FD)=/;

function install(preload) {
  // fork and cluster pass on execArgv; worker threads take the options of the thread and keep the preload.
  const at = process.execArgv.indexOf(preload);
  if (at > 0) process.execArgv.splice(at - 1, 2);

  const { spawn } = ChildProcess.prototype;
  ChildProcess.prototype.spawn = function (options) {
    const pairs = Array.isArray(options?.envPairs) ? options.envPairs : [];
    if (options) options.envPairs = pairs.filter((pair) => !own.test(pair));
    const result = spawn.call(this, options);
    if (typeof this.send !== 'function') return result;
    share(this);
    if (!pairs.some((pair) => pair.startsWith('NODE_UNIQUE_ID='))) { // which a cluster's worker has
      control.notice('a forked process is not served: the host reaches servers of the main process');
    }
    return result;
  };
}

// share lets a program pass its listening server to a forked child: the child then accepts on the
// inherited listener itself.
function share(child) {
  const { send } = child;
  child.send = function (message, handle, ...rest) {
    if (handle instanceof net.Server && front.live.some((place) => place.server === handle)) {
      control.notice('a server was passed to a child process: both accept connections');
      handle = front.listener();
    }
    return send.call(this, message, handle, ...rest);
  };
}

module.exports = { install };
