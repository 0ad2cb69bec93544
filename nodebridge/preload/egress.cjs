'use strict';
// TCP connections of the program go through the host, which dials what was granted. A connection to the
// machine itself goes to the program's own server, to a granted service of the host's machine, or stays in the
// program's own empty network.
const net = require('node:net');
const { isLoopback, loopbacks, join, split } = require('./address.cjs');
const attempt = require('./attempt.cjs');
const broker = require('./broker.cjs');
const control = require('./control.cjs');
const errors = require('./neterror.cjs');
const native = require('./native.cjs');
const own = require('./own.cjs');

// install replaces connect. all is false on the host's own network, where only the program's own ports are looked after.
function install(all) {
  const proto = net.Socket.prototype;
  proto.connect = function (...args) {
    const [options, callback] = native.connectArguments(args);
    const host = options.host || 'localhost';
    const port = portOf(options.port);
    if (options.path || port === undefined || typeof host !== 'string' || this._parent?.connecting) {
      return native.connect.apply(this, args); // which also says what is wrong with them
    }
    if (!all && !(isLoopback(host) && own.find(port))) return native.connect.apply(this, args);
    if (options.localAddress) control.notice('the option localAddress has no effect: the host connects for the plugin');
    const a = new attempt.Attempt(this, callback);
    if (!net.isIP(host)) this._host = host;
    addresses(options, host, this, (err, list) => {
      if (err) a.fail(err);
      else tryEach(a, this, list, port, host);
    });
    return this;
  };
  for (const name of ['ref', 'unref']) {
    const method = proto[name];
    proto[name] = function () {
      attempt.of(this)?.[name]();
      return method.call(this);
    };
  }
  proto.resetAndDestroy = function () {
    return this._handle?.getsockname && Object.hasOwn(this._handle, 'getsockname') ? this.destroy() : native.resetAndDestroy.call(this);
  };
}

function portOf(value) {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const port = +value;
  return port === port >>> 0 && port <= 65535 ? port : undefined;
}

// addresses are the host itself, which the egress resolves, or what a lookup of the program's own says.
function addresses(options, host, socket, done) {
  const { lookup } = options;
  if (typeof lookup !== 'function' || net.isIP(host) || lookup === require('node:dns').lookup || lookup === native.lookup) {
    return done(null, [host]);
  }
  const family = options.family ?? 0;
  const all = (options.autoSelectFamily ?? net.getDefaultAutoSelectFamily?.() ?? false) && family !== 4 && family !== 6;
  lookup(host, all ? { family, hints: options.hints ?? 0, all } : { family, hints: options.hints ?? 0 }, (err, address, type) => {
    const list = Array.isArray(address) ? address : [{ address, family: type }];
    if (!err && (list.length === 0 || list.some((a) => !net.isIP(a?.address)))) {
      err = Object.assign(new TypeError(`Invalid IP address: ${list[0]?.address}`), { code: 'ERR_INVALID_IP_ADDRESS' });
    }
    if (err) socket.emit('lookup', err, undefined, undefined, host);
    else for (const a of list) socket.emit('lookup', null, a.address, a.family, host);
    done(err, list.map((a) => a?.address));
  });
}

// tryEach takes the first address that answers.
function tryEach(a, socket, list, port, host, failed = []) {
  if (!a.current) return;
  const next = list[failed.length];
  if (next === undefined) return a.fail(errors.several(failed));
  dial(a, next, port, (err, handle, rest, peer) => {
    if (err) return tryEach(a, socket, list, port, host, [...failed, err]);
    if (next === host && peer && !net.isIP(host) && a.current) {
      socket.emit('lookup', null, peer.address, net.isIP(peer.address), host);
    }
    a.succeed(handle, rest, peer);
  });
}

// dial connects to one address by the way that it takes.
function dial(a, host, port, done) {
  const local = isLoopback(host);
  if (local && own.find(port)) return plain(a, own.options(port), (err, handle) => done(err, handle, '', own.peer(host, port)));
  const target = join(host, port);
  if (!target) return soon(done, errors.connecting({ code: 'ENOTFOUND' }, host, port));
  if (!broker.path) {
    if (local) return inside(a, loopbacks(host), port, done);
    return soon(done, errors.connecting({ code: 'EACCES' }, host, port));
  }
  a.wait(broker.dial(target, local, (failed, handle, rest, address) => {
    if (failed?.code === 'EACCES' && local) inside(a, loopbacks(host), port, done);
    else if (failed) done(errors.connecting(failed, host, port));
    else done(null, handle, rest, split(address) ?? { address: host, family: 'IPv4', port });
  }));
}

// inside connects within the program's own network, where its children may listen.
function inside(a, hosts, port, done, failed = []) {
  const [host, ...more] = hosts;
  plain(a, { host, port }, (err, handle) => {
    if (!err) return done(null, handle, '', null);
    failed.push(err);
    if (more.length > 0) return inside(a, more, port, done, failed);
    control.notice(`nothing in the plugin listens on port ${port}: a service of the host's machine is reached once ` +
      `"localhost:${port}" is granted in permissions.network.outbound`);
    done(errors.several(failed));
  });
}

// plain connects by Node's own means, and hands over the handle.
function plain(a, options, done) {
  if (!a.current) return;
  const inner = new net.Socket();
  inner.on('error', done);
  inner.pause(); // nothing is read before the program's socket does
  native.connect.call(inner, options, () => done(null, native.take(inner)));
  a.wait(inner);
}

function soon(done, err) {
  process.nextTick(done, err);
}

module.exports = { install };
