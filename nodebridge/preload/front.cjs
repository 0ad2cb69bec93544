'use strict';
// The front owns the inherited listener and knows which servers of the program are live.
// Each connection goes to one of them: cluster workers before an HTTP server, an HTTP server
// before a raw one, and among equals the one that listened first.
const net = require('node:net');
const control = require('./control.cjs');

const heldMax = 64; // connections that wait while no server is live
const heldMillis = 2000; // how long: a program that probes a port listens again at once

const live = [];
const held = new Set();
const internal = new WeakSet(); // servers of the preload's own
let descriptor;
let inherited = null;
let refusing = false;
let peers = 0;

// current is the place that gets the next connection.
function current() {
  return live.find((p) => p.taken()) ?? live.find((p) => p.http) ?? live[0];
}

// open starts accepting. The listener stays open from then on, whatever the program
// closes: closed, it could not be opened again.
function open() {
  inherited = net.createServer();
  internal.add(inherited);
  inherited.on('error', (err) => control.notice(`the inherited listener failed: ${err.message}`));
  inherited.listen({ fd: descriptor });
  if (inherited._handle) inherited._handle.onconnection = accept;
}

function accept(err, connection) {
  if (err) return;
  if (refusing || (!current() && held.size >= heldMax)) connection.close();
  else if (current()) deliver(connection);
  else hold(connection);
}

function hold(connection) {
  held.add(connection);
  setTimeout(() => held.delete(connection) && connection.close(), heldMillis).unref();
}

function release() {
  for (const connection of held) {
    if (!current()) return;
    held.delete(connection);
    deliver(connection);
  }
}

// deliver hands a connection to Node's own accept code, so that counting, limits and
// options of the program's server work as on a port. The address is the loopback: who asks is in
// X-Forwarded-For.
function deliver(connection, place = current()) {
  const port = 1024 + (peers++ % 64000);
  connection.getpeername = (out) => name(out, port);
  connection.getsockname = (out) => name(out, place.port ?? 0);
  place.onconnection(undefined, connection);
}

function name(out, port) {
  Object.assign(out, { address: '127.0.0.1', family: 'IPv4', port });
  return 0;
}

function add(place) {
  if (!inherited) open();
  live.push(place);
  if (live.length === 1) control.event({ event: 'listen', port: place.port });
  else control.notice(`${label(current())} gets the requests; other servers of the program listen, but nothing reaches them`);
  keepAlive();
  setImmediate(release);
}

function remove(place) {
  const at = live.indexOf(place);
  if (at < 0) return;
  const served = current();
  live.splice(at, 1);
  if (live.length === 0) control.event({ event: 'close' });
  else if (served !== current()) control.notice(`${label(current())} gets the requests now`);
  keepAlive();
}

function label(place) {
  return place.port === undefined ? 'the server on the inherited listener' : `the server on port ${place.port}`;
}

// keepAlive keeps the process alive while a server listens that was not unreferenced.
function keepAlive() {
  if (live.some((p) => p.hasRef())) inherited?.ref();
  else inherited?.unref();
}

function refuse() {
  refusing = true;
  for (const connection of held) connection.close();
  held.clear();
}

module.exports = {
  live,
  add,
  remove,
  refuse,
  refresh: keepAlive,
  setDescriptor: (fd) => (descriptor = fd),
  deliver,
  claim: (server) => internal.add(server),
  owns: (server) => internal.has(server),
  listener: () => inherited,
};
