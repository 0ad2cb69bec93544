'use strict';
// The global appzone: what a program has beside what Node.js gives it. Nothing of it is loaded before it is used.
const { readFileSync, statSync } = require('node:fs');

const header = 'x-appzone-identity';
const leeway = 5; // seconds by which clocks may differ
const tokenMax = 8192;
const file = process.env.APPZONE_IDENTITY_KEYS;
const plugin = process.env.APPZONE_PLUGIN_ID;

let version; // of the file that keys come from
let keys; // by id

function refuse(why) {
  throw Object.assign(new Error(why), { code: 'EACCES' });
}

// published are the keys of the moment: the host puts another file in its place when keys come or go.
function published() {
  try {
    const { ino, mtimeNs } = statSync(file, { bigint: true });
    if (version !== `${ino} ${mtimeNs}`) {
      const { createPublicKey } = require('node:crypto');
      const all = JSON.parse(readFileSync(file, 'utf8')).keys.filter((key) => key.kty === 'OKP' && key.crv === 'Ed25519');
      keys = new Map(all.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]));
      version = `${ino} ${mtimeNs}`;
    }
    return keys;
  } catch (err) {
    return refuse(`the keys that identities are signed with cannot be read: ${err.message}`);
  }
}

function parse(part) {
  const value = /^[\w-]+$/.test(part) ? JSON.parse(Buffer.from(part, 'base64url')) : null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not an object');
  return value;
}

// signed returns what a token of a published key says.
function signed(token) {
  const unsigned = 'the identity is not a token that is signed with EdDSA';
  const parts = token.split('.');
  if (parts.length !== 3) refuse(unsigned);
  let head;
  let claims;
  try {
    head = parse(parts[0]);
    claims = parse(parts[1]);
  } catch {
    refuse(unsigned);
  }
  if (head.alg !== 'EdDSA' || head.crit !== undefined) refuse(unsigned);
  const key = published().get(head.kid) ?? refuse('no published key signed the identity');
  const { verify } = require('node:crypto');
  if (!verify(null, Buffer.from(`${parts[0]}.${parts[1]}`), key, Buffer.from(parts[2], 'base64url'))) refuse("the identity's signature does not hold");
  return claims;
}

// check looks whether a genuine token is meant for this plugin, and now.
function check({ aud, iat, exp, preferred_username: user, role, sub, iss }) {
  const now = Date.now() / 1000;
  const audience = Array.isArray(aud) ? aud : [aud];
  if (!plugin || audience.length !== 1 || audience[0] !== plugin) refuse('the identity is for another plugin');
  if (!Number.isFinite(exp) || !Number.isFinite(iat)) refuse('the identity has no end');
  if (now - leeway > exp) refuse('the identity has expired');
  if (now + leeway < iat) refuse('the identity is of a time to come');
  const texts = [user, role, sub, iss].map((text) => text ?? '');
  if (!texts.every((text) => typeof text === 'string' && !/\p{Cc}/u.test(text))) refuse('the identity holds control characters');
  return Object.freeze({ user: texts[0], role: texts[1], subject: texts[2], issuer: texts[3], issuedAt: iat, expiresAt: exp });
}

function tokenOf(request) {
  if (typeof request === 'string') return request;
  const headers = request?.headers;
  if (!headers) throw new TypeError('appzone.identity takes a request, or the token in its header X-AppZone-Identity');
  return String((typeof headers.get === 'function' ? headers.get(header) : headers[header]) ?? '');
}

// identity says who makes a request: of Node's http, of a framework on it, of fetch, or by the token itself.
async function identity(request) {
  const token = tokenOf(request);
  if (token === '') refuse('the request has no identity');
  if (token.length > tokenMax) refuse('the identity is too long');
  return check(signed(token));
}

function install() {
  // A program may have a global of that name: then it is the program's.
  Object.defineProperty(globalThis, 'appzone', { value: Object.freeze({ identity }), writable: true, configurable: true, enumerable: false });
}

module.exports = { install };
