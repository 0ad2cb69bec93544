'use strict';
// Descendants of the program that run Node get its network, and can verify who asks: worker threads, forked and cluster children, and what is
// spawned, directly or by another program, since the preload is in their environment. Other programs have no network.
const child_process = require('node:child_process');
const path = require('node:path');
const worker_threads = require('node:worker_threads');
const control = require('./control.cjs');

const passed = ['APPZONE_NETWORK', 'APPZONE_EGRESS', 'APPZONE_PLUGIN_ID', 'APPZONE_IDENTITY_KEYS'];
const given = Object.fromEntries(passed.filter((n) => process.env[n] !== undefined).map((n) => [n, process.env[n]]));

function install(preload) {
  const option = `--require "${preload.replace(/[\\"]/g, '\\$&')}"`;
  const add = (env) => {
    const more = { ...given };
    const options = env.NODE_OPTIONS ?? '';
    more.NODE_OPTIONS = options.includes(option) ? options : `${options} ${option}`.trim();
    return more;
  };
  const { spawn } = child_process.ChildProcess.prototype;
  child_process.ChildProcess.prototype.spawn = function (options) {
    if (Array.isArray(options?.envPairs)) {
      const more = add(Object.fromEntries(options.envPairs.map((pair) => split(pair))));
      options.envPairs = [...options.envPairs.filter((pair) => !(split(pair)[0] in more)), ...Object.entries(more).map((e) => e.join('='))];
    }
    mention(options?.file);
    return spawn.call(this, options);
  };
  for (const name of ['spawnSync', 'execFileSync', 'execSync']) replaceSync(name, add);
  worker_threads.Worker = workerWith(preload);
}

function split(pair) {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}

// mention says once that a program which is not Node has no network. What a shell starts is not known.
function mention(file) {
  const name = path.basename(String(file ?? ''));
  if (file === process.execPath || ['node', 'npm', 'npx', 'sh', 'bash'].includes(name)) return;
  control.notice(`a child process that is not Node.js has no network (${name})`);
}

function replaceSync(name, add) {
  const method = child_process[name];
  child_process[name] = function (...args) {
    const list = name === 'execSync' || !Array.isArray(args[1]) ? 1 : 2;
    const options = args[list] ?? {};
    const env = options.env ?? process.env;
    args[list] = { ...options, env: { ...env, ...add(env) } };
    if (list === 2 && args[1] == null) args[1] = [];
    if (name !== 'execSync') mention(args[0]);
    return method.apply(this, args);
  };
}

// workerWith is Worker with the preload for threads that have options or an environment of their own.
function workerWith(preload) {
  return class Worker extends worker_threads.Worker {
    constructor(file, options = {}) {
      const own = { ...options };
      if (Array.isArray(own.execArgv) && !own.execArgv.includes(preload)) own.execArgv = ['--require', preload, ...own.execArgv];
      if (own.env !== null && typeof own.env === 'object') own.env = { ...own.env, ...given };
      super(file, own);
    }
  };
}

module.exports = { install };
