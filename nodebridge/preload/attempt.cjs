'use strict';
// An attempt to connect a socket of the program by other means than its own. Node prepares the socket as for any
// connection; what comes of it is a handle that another socket connected, which Node then takes as its own. All that
// the program does meanwhile (writes, timeouts, ref, end, destroy) is Node's own code.
const native = require('./native.cjs');

const attempts = new WeakMap(); // by socket

class Attempt {
  #socket;
  #request;
  #inner = null;
  #referenced = true;

  constructor(socket, callback) {
    this.#socket = socket;
    this.#prepare(callback);
    attempts.set(socket, this);
    socket.once('close', () => this.#inner?.destroy());
  }

  // prepare lets Node begin to connect, to a handle that only notes the request. A TLS socket has its handle from its birth.
  #prepare(callback) {
    const socket = this.#socket;
    if (socket.destroyed) {
      socket._undestroy();
      Object.assign(socket, { _handle: null, _peername: undefined, _sockname: undefined });
    }
    const handle = socket._handle;
    const connect = (request) => {
      this.#request = request;
      return 0;
    };
    if (handle) handle.connect = connect;
    else socket._handle = { connect };
    native.connect.call(socket, { path: 'egress' }, callback);
    if (handle) delete handle.connect;
    else socket._handle = null;
  }

  // current says that the program still waits for this attempt.
  get current() {
    return attempts.get(this.#socket) === this && !this.#socket.destroyed;
  }

  // wait notes what has to end when the program ends the attempt.
  wait(inner) {
    this.#inner = inner;
    if (!this.#referenced) inner.unref();
    if (!this.current) inner.destroy();
  }

  ref() {
    this.#referenced = true;
    this.#inner?.ref();
  }

  unref() {
    this.#referenced = false;
    this.#inner?.unref();
  }

  fail(err) {
    if (!this.current) return;
    attempts.delete(this.#socket);
    this.#socket.destroy(err);
  }

  // succeed gives the socket its handle. rest is what was read from it already.
  succeed(handle, rest, peer) {
    if (!this.current) return handle.close();
    const socket = this.#socket;
    attempts.delete(socket);
    this.#inner = null;
    dress(handle, rest.length, peer);
    socket._undestroy = () => {}; // a handle given anew would forget that the program called end
    socket[native.renew](handle);
    delete socket._undestroy;
    if (this.#referenced) socket._handle.ref();
    else socket._handle.unref();
    this.#request.oncomplete(0, socket._handle, this.#request, true, true);
    if (rest.length > 0) deliver(socket, rest);
  }
}

// dress lets a handle answer as one of TCP, and count no bytes but the program's own.
function dress(handle, rest, peer) {
  if (!peer) return;
  const own = Object.getPrototypeOf(handle);
  const read = handle.bytesRead - rest;
  const written = handle.bytesWritten;
  Object.defineProperty(handle, 'bytesRead', { get: () => Reflect.get(own, 'bytesRead', handle) - read });
  Object.defineProperty(handle, 'bytesWritten', { get: () => Reflect.get(own, 'bytesWritten', handle) - written });
  const ours = { address: peer.family === 'IPv6' ? '::1' : '127.0.0.1', family: peer.family, port: peer.port };
  handle.getpeername = (out) => assign(out, peer);
  handle.getsockname = (out) => assign(out, ours);
}

function assign(out, fields) {
  Object.assign(out, fields);
  return 0;
}

// deliver gives a socket what was read before it had its handle, in the way in which it reads.
function deliver(socket, rest) {
  if (socket.destroyed) return;
  if (typeof socket._handle.receive === 'function') return socket._handle.receive(rest); // TLS decrypts it
  const own = {};
  for (const s of Object.getOwnPropertySymbols(socket)) own[s.description] = s;
  if (!socket[own.kBuffer]) return socket.push(rest);
  while (rest.length > 0) { // option onread
    const buffer = socket[own.kBuffer];
    const n = rest.copy(buffer);
    rest = rest.subarray(n);
    socket[own.kBufferCb](n, buffer);
    const next = socket[own.kBufferGen]?.();
    if (next instanceof Uint8Array) socket[own.kBuffer] = next;
  }
}

module.exports = { Attempt, of: (socket) => attempts.get(socket) };
