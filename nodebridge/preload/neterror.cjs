'use strict';
// Errors in the shapes that Node gives them, since programs look at code, errno, syscall, address and port.
const { errno } = require('node:os').constants;

const noSuchName = { ENOTFOUND: -3008, EAI_AGAIN: -3001 };
const explained = new Set(['EACCES', 'EINVAL', 'EMFILE']); // those that programs do not know from Node
const remedy = 'name it in permissions.network.outbound of the manifest and have that granted';

function system(code, syscall, target, more) {
  const err = new Error(`${syscall} ${code} ${target}${more ? ': ' + more : ''}`);
  return Object.assign(err, { errno: noSuchName[code] ?? -errno[code], code, syscall });
}

// connecting is the error of a connection that was not made, for a reason {code, message} of the host's.
function connecting({ code, message }, host, port) {
  if (code in noSuchName) return resolving({ code, message }, host);
  if (!(code in errno)) code = 'ECONNREFUSED';
  const target = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const more = explained.has(code) ? message || `the plugin was not granted this address; ${remedy}` : '';
  return Object.assign(system(code, 'connect', target, more), { address: host, port });
}

// resolving is the error of a name that was not resolved. syscall is getaddrinfo, or queryA and so on.
function resolving({ code, message }, hostname, syscall = 'getaddrinfo') {
  if (code === 'EINVAL') code = 'ENOTFOUND'; // no name service would know such a name
  if (!(code in noSuchName) && !(code in errno)) code = 'EAI_AGAIN';
  const more = explained.has(code) ? message || `the plugin was not granted this name; ${remedy}` : '';
  const err = system(code, syscall, hostname, more);
  if (syscall !== 'getaddrinfo') err.errno = undefined; // as c-ares has it
  return Object.assign(err, { hostname });
}

// several is what Node gives when each address of a name failed.
function several(errors) {
  if (errors.length === 1) return errors[0];
  return Object.assign(new AggregateError(errors), { code: errors[0].code });
}

module.exports = { connecting, resolving, several };
