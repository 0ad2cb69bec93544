'use strict';
// The host speaks plain HTTP/1.1 to the program, and ends TLS itself. Servers that expect TLS or
// HTTP/2 get their connections behind that layer.

const adapted = new WeakSet();
const http2Events = ['upgrade', 'connect', 'checkContinue', 'checkExpectation', 'clientError'];

// speakPlain makes a server serve plain HTTP/1.1. It returns why it cannot, or nothing.
function speakPlain(server) {
  const isHTTP2 = typeof server.updateSettings === 'function';
  const isTLS = typeof server.setSecureContext === 'function';
  if (adapted.has(server) || (!isHTTP2 && !isTLS)) return undefined;
  if (isHTTP2 && server.listenerCount('request') === 0 && server.listenerCount('stream') > 0) {
    return "HTTP/2 streams are not supported: the host speaks HTTP/1.1, listen for 'request' in place of 'stream'";
  }
  adapted.add(server);
  if (isHTTP2) replace(server, isTLS ? tlsListener() : http2Listener(), asHTTP1(server));
  else replace(server, tlsListener(), (socket) => server.emit('secureConnection', dress(socket)));
  return undefined;
}

// replace swaps Node's own listener for connections, and leaves the program's.
function replace(server, own, ours) {
  server.removeListener('connection', own);
  server.prependListener('connection', ours);
}

// Every TLS server, and every HTTP/2 server, has the same first listener.
function tlsListener() {
  return require('node:tls').createServer().listeners('connection')[0];
}

function http2Listener() {
  return require('node:http2').createServer().listeners('connection')[0];
}

// dress gives a plain socket what programs ask a TLS socket for.
function dress(socket) {
  return Object.assign(socket, {
    encrypted: true,
    authorized: false,
    alpnProtocol: false,
    getPeerCertificate: () => ({}),
    getProtocol: () => null,
    getCipher: () => undefined,
  });
}

function asHTTP1(server) {
  const inner = require('node:http').createServer();
  inner.on('request', (request, response) => server.emit('request', request, response));
  for (const name of http2Events) {
    if (server.listenerCount(name) > 0) inner.on(name, (...args) => server.emit(name, ...args));
  }
  return (socket) => inner.emit('connection', socket);
}

module.exports = { speakPlain };
