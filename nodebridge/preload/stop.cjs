'use strict';
// SIGTERM and SIGHUP. A program without a handler of its own ends well: nothing new is accepted, idle
// connections end, requests in flight are answered, then it exits with 0. A program with one decides itself.
// SIGHUP tells of changed settings: a program that does not care must not end by it.
const front = require('./front.cjs');

const tickMillis = 50;
const quietTicks = 40; // a raw connection without traffic for two seconds is idle

function install() {
  process.on('SIGTERM', onTerm);
  hide();
  process.on('SIGHUP', ignore); // seen by the program: what ends a process for want of other handlers must not
}

function onTerm() {
  front.refuse();
  const places = [...front.live];
  if (process.listeners('SIGTERM').length === 0) end(places);
  else repeat(() => places.forEach(endIdle)).unref(); // a kept-alive connection would hold its close
}

function ignore() {}

// hide keeps our handler out of the lists that the program sees: some packages end the process only
// when theirs are the only handlers. listenerCount stays true, since Node itself relies on it.
function hide() {
  for (const name of ['listeners', 'rawListeners']) {
    const list = process[name];
    process[name] = function (event) {
      return list.call(this, event).filter((f) => f !== onTerm);
    };
  }
}

let ending = false;

function end(places) {
  if (ending) return;
  ending = true;
  let open = places.length;
  if (open === 0) process.exit(0);
  const closed = () => --open === 0 && process.exit(0);
  for (const place of places) {
    if (place.taken()) require('node:cluster').disconnect(closed);
    else place.server.close(closed);
  }
  repeat(() => places.forEach(settle));
}

function repeat(step) {
  return setInterval(step, tickMillis);
}

function endIdle(place) {
  place.server.closeIdleConnections?.();
}

// settle ends the connections of a place on which nothing is in flight.
function settle(place) {
  endIdle(place);
  for (const socket of place.sockets) {
    if (place.http ? detached(socket) : quiet(socket)) socket.destroySoon();
  }
}

// detached tells a WebSocket, or another upgraded connection, from one that HTTP still owns.
function detached(socket) {
  return !socket.parser && !socket._httpMessage;
}

const traffic = new WeakMap();

function quiet(socket) {
  const bytes = socket.bytesRead + socket.bytesWritten;
  const last = traffic.get(socket);
  const ticks = last?.bytes === bytes ? last.ticks + 1 : 0;
  traffic.set(socket, { bytes, ticks });
  return ticks >= quietTicks;
}

module.exports = { install };
