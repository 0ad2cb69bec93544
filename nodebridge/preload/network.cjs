'use strict';
// The network that the program has. On the host's own it is left alone but for the program's own ports; else
// connections and names go through the host's egress, if anything was granted at all.
const Module = require('node:module');
const net = require('node:net');
const control = require('./control.cjs');
const native = require('./native.cjs');

// mode is host, egress or none.
const mode = process.env.APPZONE_NETWORK || (process.env.APPZONE_EGRESS ? 'egress' : 'host');

// install is called once in each thread. preload is what descendants are started with.
function install(preload) {
  const missing = native.missing();
  if (missing) return mode === 'host' || refuse(missing);
  require('./egress.cjs').install(mode !== 'host');
  if (mode === 'host') return;
  require('./names.cjs').install();
  require('./datagram.cjs').confine();
  require('./kin.cjs').install(preload);
  Module.syncBuiltinESMExports();
}

// refuse fails connections with the reason, where Node would say that the network is unreachable.
function refuse(message) {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    const [first] = Array.isArray(args[0]) ? args[0] : args;
    if (typeof first === 'string' || first?.path) return connect.apply(this, args);
    process.nextTick(() => this.destroy(control.unsupported('connect', message)));
    return this;
  };
}

module.exports = { install };
