'use strict';
// A place is what a listening server holds instead of a bound socket. It answers as Node's own
// handle does, so that listen, address, close, ref and the cluster module need no change.
const net = require('node:net');
const { errno } = require('node:os').constants;
const front = require('./front.cjs');

const wildcards = new Set(['::', '0.0.0.0']);
const ephemeral = { first: 32768, last: 60999 };

class Place {
  #referenced = true;

  // port is undefined for a server that asked for the inherited listener itself.
  constructor(server, address, port) {
    this.server = server;
    this.address = address || '::';
    this.port = port === 0 ? unused() : port;
    this.http = typeof server.closeIdleConnections === 'function' || typeof server.updateSettings === 'function';
    this.sockets = new Set();
    if (port === undefined) this.getsockname = undefined;
  }

  // taken says that the cluster module took the handle from the server it was made for.
  taken() {
    return this.server._handle !== this;
  }

  getsockname(out) {
    Object.assign(out, { address: this.address, family: net.isIPv6(this.address) ? 'IPv6' : 'IPv4', port: this.port });
    return 0;
  }

  listen() {
    if (front.live.some((other) => clash(this, other))) return -errno.EADDRINUSE;
    this.track = (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    };
    this.server.on('connection', this.track);
    front.add(this);
    return 0;
  }

  close(callback) {
    front.remove(this);
    if (this.track) this.server.removeListener('connection', this.track);
    if (callback) process.nextTick(callback);
  }

  ref() {
    this.#referenced = true;
    front.refresh();
  }

  unref() {
    this.#referenced = false;
    front.refresh();
  }

  hasRef() {
    return this.#referenced;
  }
}

// clash is the kernel's rule: one port twice, on one address or with a wildcard.
function clash(a, b) {
  if (a.port === undefined || a.port !== b.port) return false;
  return a.address === b.address || wildcards.has(a.address) || wildcards.has(b.address);
}

// unused makes up the port of a server that asked for any.
function unused() {
  for (;;) {
    const port = ephemeral.first + Math.floor(Math.random() * (ephemeral.last - ephemeral.first));
    if (!front.live.some((other) => other.port === port)) return port;
  }
}

module.exports = { Place };
