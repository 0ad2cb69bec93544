'use strict';
// UDP clients work; a UDP service of the program's own is refused, since it would be
// reachable past the host.
const dgram = require('node:dgram');
const control = require('./control.cjs');

function install() {
  const { bind } = dgram.Socket.prototype;
  dgram.Socket.prototype.bind = function (...args) {
    const at = args[0] !== null && typeof args[0] === 'object' ? args[0] : { port: args[0] };
    const port = typeof at.port === 'function' ? 0 : Number(at.port) || 0;
    if (port === 0 && at.fd === undefined) return bind.apply(this, args);
    const err = control.unsupported('bind', `UDP port ${port} is not opened: the host serves HTTP; bind without a port to send`);
    process.nextTick(() => this.emit('error', err));
    return this;
  };
}

module.exports = { install };
