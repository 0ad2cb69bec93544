'use strict';
// Node's own functions, as they were before anything was replaced, and the few names inside Node that the egress
// rests on. They have been there since Node 18.18; the tests
// hold them for the version that runs them.
//
//   - Socket.connect with a path asks the socket's handle to connect, with a request whose oncomplete(status, handle,
//     request, readable, writable) ends the attempt
//   - a method of net.Socket and of tls.TLSSocket, named by a symbol, gives a socket another handle. Node uses it when it tries
//     several addresses of one name
//   - net._normalizeArgs reads the arguments of connect
const dns = require('node:dns');
const net = require('node:net');
const process = require('node:process');

const { connect, resetAndDestroy } = net.Socket.prototype;
const { listen } = net.Server.prototype;
const { lookup } = dns;

const renew = Object.getOwnPropertySymbols(net.Socket.prototype).find((s) => /^k?reinitializeHandle$/i.test(s.description));

// missing says why this Node.js cannot have an egress, or nothing.
function missing() {
  if (renew && typeof net._normalizeArgs === 'function') return undefined;
  return `Node.js ${process.versions.node} cannot use the network that was granted: run the host with 18.18 or later`;
}

// connectArguments reads what connect was called with; net.connect passes them on as one list.
function connectArguments(args) {
  return Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args);
}

// take removes the handle of an inner socket from it, so that another socket can have it. Nothing is read from it meanwhile.
function take(inner) {
  const handle = inner._handle;
  handle.readStop();
  handle.reading = false;
  handle.onread = () => {};
  inner._handle = null;
  inner.removeAllListeners();
  inner.on('error', () => {});
  inner.destroy();
  return handle;
}

module.exports = { connect, resetAndDestroy, listen, lookup, renew, missing, connectArguments, take };
