'use strict';
// Catches listen. Node checks the arguments of listen itself and then calls _listen2, whose name it keeps
// for code that wraps it; a server that already has a handle is not bound.
const net = require('node:net');
const control = require('./control.cjs');
const front = require('./front.cjs');
const { Place } = require('./place.cjs');
const { speakPlain } = require('./plain.cjs');

function install(descriptor) {
  front.setDescriptor(descriptor);
  const { listen, _listen2 } = net.Server.prototype;

  // A host name is not looked up: the program may have no name service, and no address is bound.
  net.Server.prototype.listen = function (...args) {
    const at = typeof args[0] === 'object' ? args[0] : null;
    if (at?._handle instanceof Place) {
      fail(this, 'a server that shares the handle of another one is not supported: call listen with a port');
      return this;
    }
    if (at && isName(at.host)) args[0] = Object.assign(Object.create(at), { host: '127.0.0.1' });
    else if (!at && args.length > 1 && isName(args[1]) && isPort(args[0])) args[1] = '127.0.0.1';
    return listen.apply(this, args);
  };

  net.Server.prototype._listen2 = function (address, port, type, backlog, fd, flags) {
    if (!front.owns(this) && wants(this, address, port, fd, descriptor)) {
      const refused = speakPlain(this);
      if (refused) return fail(this, refused);
      if (port === null) this._handle = new Place(this, undefined, undefined);
      else {
        address = address || '::';
        this._handle = new Place(this, address, port);
      }
    }
    return _listen2.call(this, address, port, type, backlog, fd, flags);
  };

  // A cluster that shares handles in place of connections would bind the port for real.
  const { _createServerHandle } = net;
  net._createServerHandle = function (address, port, type, fd, flags) {
    if (!(port >= 0) || typeof fd === 'number' && fd >= 0) return _createServerHandle(address, port, type, fd, flags);
    control.notice('cluster.SCHED_NONE is not supported: leave cluster.schedulingPolicy at its default');
    return -require('node:os').constants.errno.ENOTSUP;
  };
}

// wants tells whether a listen call is one for the host's connections, and says so where it is not.
function wants(server, address, port, fd, descriptor) {
  if (server._handle) {
    control.notice('a server listens on a handle of its own: the host does not reach it');
  } else if (typeof fd === 'number' && fd >= 0) {
    if (fd === descriptor) return true;
    control.notice(`a server listens on descriptor ${fd}: the host does not reach it`);
  } else if (typeof port === 'number' && port >= 0) {
    return true;
  } else {
    control.notice(`a server listens on the path ${address}: the host does not reach it; call listen with a port`);
  }
  return false;
}

function fail(server, message) {
  const err = control.unsupported('listen', message);
  process.nextTick(() => server.emit('error', err));
}

function isName(host) {
  return typeof host === 'string' && host !== '' && !net.isIP(host);
}

function isPort(value) {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
}

module.exports = { install };
