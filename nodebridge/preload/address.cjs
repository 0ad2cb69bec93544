'use strict';
// Which addresses are the machine's own, and how an address is written.
const net = require('node:net');
const url = require('node:url');

// isLoopback says that a host, as a program names it, is where it runs itself.
function isLoopback(host) {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (net.isIPv4(name)) return name.startsWith('127.') || name === '0.0.0.0';
  if (!net.isIPv6(name)) return false;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(name);
  return mapped ? isLoopback(mapped[1]) : ['::1', '::', '0:0:0:0:0:0:0:1', '0:0:0:0:0:0:0:0'].includes(name);
}

// loopbacks are the addresses to try for it.
function loopbacks(host) {
  if (!net.isIP(host)) return ['127.0.0.1', '::1'];
  return [host];
}

// ascii is a name as it stands in DNS, or nothing if no name can be written so.
function ascii(name) {
  if (/^[\x21-\x7e]+$/.test(name)) return /[/?#@\\:[\]%]/.test(name) ? undefined : name;
  return url.domainToASCII(name) || undefined;
}

// join writes host and port as in a request line, or nothing if the host cannot be one.
function join(host, port) {
  if (net.isIPv6(host)) return host.includes('%') ? undefined : `[${host}]:${port}`;
  const name = ascii(host);
  return name && `${name}:${port}`;
}

// split reads "192.0.2.1:443" or "[2001:db8::1]:443".
function split(text) {
  const m = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text);
  if (!m || !net.isIP(m[1])) return undefined;
  return { address: m[1], family: `IPv${net.isIP(m[1])}`, port: Number(m[2]) };
}

module.exports = { isLoopback, loopbacks, ascii, join, split };
