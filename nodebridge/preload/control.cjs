'use strict';
// What the host is told: events on the control channel (one JSON object a line) and
// notices on stderr for the person who reads the plugin's log.
const fs = require('node:fs');

const descriptor = Number(process.env.APPZONE_CONTROL_FD) || 0;
const noticesMax = 50;
const said = new Set();

function event(fields) {
  if (!descriptor) return;
  try {
    fs.writeSync(descriptor, JSON.stringify(fields) + '\n');
  } catch {
    // The host is gone or does not read: the program goes on without it.
  }
}

// notice says each message once, so that a loop cannot fill the log.
function notice(message) {
  if (said.has(message) || said.size >= noticesMax) return;
  said.add(message);
  try {
    fs.writeSync(2, `appzone: ${message}\n`);
  } catch {
    // A closed stderr must not end the program.
  }
  event({ event: 'notice', message });
}

// unsupported is the error that a program gets for what the host cannot offer.
function unsupported(syscall, message) {
  notice(message);
  return Object.assign(new Error(`${syscall} ENOTSUP: ${message}`), { code: 'ENOTSUP', syscall });
}

module.exports = { event, notice, unsupported };
