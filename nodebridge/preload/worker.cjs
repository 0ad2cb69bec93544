'use strict';
// A worker thread has no listener: a server in it fails with a clear error, not with a real port.
const net = require('node:net');
const control = require('./control.cjs');

function install() {
  const { _listen2 } = net.Server.prototype;
  net.Server.prototype._listen2 = function (address, port, type, backlog, fd, flags) {
    if (!(typeof port === 'number' && port >= 0)) {
      return _listen2.call(this, address, port, type, backlog, fd, flags);
    }
    const err = control.unsupported('listen', `a worker thread cannot serve port ${port}: listen in the main thread`);
    process.nextTick(() => this.emit('error', err));
  };
  require('./datagram.cjs').install();
}

module.exports = { install };
