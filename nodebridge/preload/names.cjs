'use strict';
// Name resolution. The host answers for names that were granted; nothing else leaves. Addresses and localhost are
// answered without asking.
const dns = require('node:dns');
const net = require('node:net');
const util = require('node:util');
const { ascii, isLoopback } = require('./address.cjs');
const broker = require('./broker.cjs');
const control = require('./control.cjs');
const errors = require('./neterror.cjs');

const types = { 0: 'ALL', 4: 'A', 6: 'AAAA', IPv4: 'A', IPv6: 'AAAA' };
const elsewhere = ['resolveAny', 'resolveCaa', 'resolveCname', 'resolveMx', 'resolveNaptr', 'resolveNs', 'resolvePtr',
  'resolveSoa', 'resolveSrv', 'resolveTlsa', 'resolveTxt', 'reverse', 'lookupService'];
const unnamed = { ANY: 'resolveAny', CAA: 'resolveCaa', CNAME: 'resolveCname', MX: 'resolveMx', NAPTR: 'resolveNaptr', NS: 'resolveNs',
  PTR: 'resolvePtr', SOA: 'resolveSoa', SRV: 'resolveSrv', TLSA: 'resolveTlsa', TXT: 'resolveTxt' };

// ask calls done(error) or done(null, addresses).
function ask(hostname, type, syscall, done) {
  const name = ascii(hostname);
  const wanted = (list) => list.filter((a) => type === 'ALL' || net.isIP(a) === (type === 'A' ? 4 : 6));
  const answer = (failed, list = []) => {
    if (!failed && list.length === 0) failed = { code: 'ENOTFOUND' };
    if (failed) done(errors.resolving(failed, hostname, syscall));
    else done(null, list);
  };
  if (name && isLoopback(name) && !net.isIP(name)) return process.nextTick(answer, null, wanted(['127.0.0.1', '::1']));
  if (!name) return process.nextTick(answer, { code: 'ENOTFOUND' });
  if (!broker.path) return process.nextTick(answer, { code: 'EACCES' });
  broker.resolve(name, type, (failed, list) => answer(failed, list && wanted(list)));
}

// lookup is dns.lookup. Node's own checks the arguments, and answers what needs no asking.
function lookup(hostname, options, callback) {
  if (typeof options === 'function') [options, callback] = [{}, options];
  if (typeof options === 'number' || typeof options === 'string') options = { family: options };
  const { family = 0, all = false, hints = 0 } = options ?? {};
  if (typeof hostname !== 'string' || hostname === '' || net.isIP(hostname) || typeof callback !== 'function' || !(family in types)) {
    return natives.lookup(hostname, options ?? {}, callback);
  }
  ask(hostname, types[family], 'getaddrinfo', (err, list) => {
    if (err && types[family] === 'AAAA' && hints & dns.V4MAPPED && err.code === 'ENOTFOUND') {
      return ask(hostname, 'A', 'getaddrinfo', (e, four) => finish(e, four?.map((a) => `::ffff:${a}`)));
    }
    finish(err, list);
  });
  function finish(err, list) {
    if (err) return callback(err);
    const found = sort(list, options).map((address) => ({ address, family: net.isIP(address) }));
    if (all) callback(null, found);
    else callback(null, found[0].address, found[0].family);
  }
  return {};
}

function sort(list, { verbatim, order } = {}) {
  order ??= verbatim === undefined ? dns.getDefaultResultOrder?.() ?? 'verbatim' : verbatim ? 'verbatim' : 'ipv4first';
  if (order === 'verbatim') return list;
  const first = order === 'ipv6first' ? 6 : 4;
  return [...list.filter((a) => net.isIP(a) === first), ...list.filter((a) => net.isIP(a) !== first)];
}

const natives = { lookup: dns.lookup };

// resolver is resolve4 or resolve6.
function resolver(type) {
  return function (hostname, options, callback) {
    if (typeof options === 'function') [options, callback] = [{}, options];
    check(hostname, callback);
    ask(hostname, type, `query${type === 'A' ? 'A' : 'Aaaa'}`, (err, list) => {
      if (err) callback(err);
      else callback(null, options?.ttl ? list.map((address) => ({ address, ttl: 0 })) : list); // the host asks each time
    });
    return {};
  };
}

function resolve(hostname, rrtype, callback) {
  if (typeof rrtype === 'function') [rrtype, callback] = ['A', rrtype];
  if (rrtype === 'A' || rrtype === 'AAAA') return replaced[rrtype === 'A' ? 'resolve4' : 'resolve6'](hostname, callback);
  check(hostname, callback);
  refuse(unnamed[rrtype] ?? 'resolve', hostname, callback);
  return {};
}

// refuse is the answer for records that the host does not resolve.
function refuse(name, hostname, callback) {
  const err = control.unsupported(name, 'the host resolves names to addresses (A and AAAA) alone');
  process.nextTick(callback, Object.assign(err, { hostname }));
}

function check(hostname, callback) {
  const invalid = typeof hostname !== 'string' ? '"name" argument must be of type string' :
    typeof callback !== 'function' ? '"callback" argument must be of type function' : '';
  if (invalid) throw Object.assign(new TypeError(`The ${invalid}`), { code: 'ERR_INVALID_ARG_TYPE' });
}

const replaced = { resolve4: resolver('A'), resolve6: resolver('AAAA'), resolve };
for (const name of elsewhere) {
  replaced[name] = function (hostname, ...rest) {
    const callback = rest.pop();
    check(hostname, callback);
    refuse(name, hostname, callback);
    return {};
  };
}

function setServers() {
  control.notice('dns.setServers has no effect: the host resolves names for the plugin');
}

// promised is the form of dns.promises.
function promised(method) {
  return (...args) => new Promise((fulfil, reject) => {
    method(...args, (err, value) => (err ? reject(err) : fulfil(value)));
  });
}

function lookupPromise(hostname, options) {
  const given = typeof options === 'object' && options !== null ? options : { family: options ?? 0 };
  if (typeof hostname !== 'string' || hostname === '' || net.isIP(hostname)) return nativePromise(hostname, options);
  return new Promise((fulfil, reject) => {
    lookup(hostname, given, (err, address, family) => {
      if (err) reject(err);
      else fulfil(given.all ? address : { address, family });
    });
  });
}

const nativePromise = dns.promises.lookup;

function install() {
  Object.defineProperty(lookup, util.promisify.custom, { value: lookupPromise });
  dns.lookup = lookup;
  dns.promises.lookup = lookupPromise;
  const targets = [dns, dns.Resolver.prototype];
  const promises = [dns.promises, dns.promises.Resolver.prototype];
  for (const [name, method] of Object.entries(replaced)) {
    for (const t of targets) if (name in t) t[name] = method;
    for (const t of promises) if (name in t) t[name] = promised(method);
  }
  for (const t of [...targets, ...promises]) if ('setServers' in t) t.setServers = setServers;
}

module.exports = { install };
