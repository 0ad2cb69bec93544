'use strict';
// The program's own ports, for the program itself: nothing listens there, so a connection from inside goes to the
// server by way of a socket that only this process can reach.
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const front = require('./front.cjs');
const native = require('./native.cjs');

const O_PATH = 0o10000000; // Linux; Node has no name for it
const doors = new Map(); // by place
let count = 0;

function find(port) {
  return front.live.find((place) => place.port === port);
}

// options are those by which a socket of Node's connects to the server on a port.
function options(port) {
  const place = find(port);
  if (!doors.has(place)) doors.set(place, open(place));
  return { path: doors.get(place) };
}

// open makes a way in to one server. On Linux it has no name: it is reached by the descriptor of its file, which is gone.
function open(place) {
  const linux = process.platform === 'linux';
  const folder = fs.openSync(os.tmpdir(), fs.constants.O_RDONLY);
  const door = net.createServer();
  let file;
  let path;
  try {
    path = `${linux ? `/proc/self/fd/${folder}` : os.tmpdir()}/.appzone-${process.pid}-${++count}`; // short: a socket's path is
    front.claim(door);
    native.listen.call(door, path);
    if (linux) {
      file = fs.openSync(path, O_PATH);
      fs.unlinkSync(path);
    }
  } finally {
    fs.closeSync(folder);
  }
  door._handle.onconnection = (err, connection) => err || front.deliver(connection, place);
  door.unref();
  place.server.once('close', () => {
    doors.delete(place);
    door.close();
    if (file !== undefined) fs.closeSync(file);
  });
  return linux ? `/proc/self/fd/${file}` : path;
}

function peer(host, port) {
  return net.isIPv6(host) ? { address: '::1', family: 'IPv6', port } : { address: '127.0.0.1', family: 'IPv4', port };
}

module.exports = { find, options, peer };
