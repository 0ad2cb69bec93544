'use strict';
// A UDP service of the program's own is refused, since it would be reachable past the host. UDP clients work on
// the host's network; the egress carries none.
const dgram = require('node:dgram');
const { isLoopback } = require('./address.cjs');
const control = require('./control.cjs');

// install refuses to bind a port.
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

// confine refuses to send anywhere but to the program's own network.
function confine() {
  const { send, connect } = dgram.Socket.prototype;
  dgram.Socket.prototype.send = function (...args) {
    const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    const host = destination(args);
    if (host === undefined || isLoopback(host)) return send.call(this, ...args, ...(callback ? [callback] : []));
    fail(this, 'send', callback);
  };
  dgram.Socket.prototype.connect = function (port, host, callback) {
    if (typeof host === 'function') [host, callback] = ['', host];
    if (!host || isLoopback(String(host))) return connect.call(this, port, host, callback);
    fail(this, 'connect', callback);
  };
}

// destination is the address of send(message, port, address) or send(message, offset, length, port, address).
function destination(args) {
  const last = args.at(-1);
  return args.length > 2 && typeof last === 'string' ? last : undefined;
}

function fail(socket, syscall, callback) {
  const err = control.unsupported(syscall, 'UDP does not leave the plugin: the host connects by TCP alone');
  process.nextTick(() => (callback ? callback.call(socket, err) : socket.emit('error', err)));
}

module.exports = { install, confine };
