'use strict';
// Speaks to the host's egress: HTTP/1.1 on a Unix socket, one exchange a connection.
const net = require('node:net');
const { connect, take } = require('./native.cjs');

const path = process.env.APPZONE_EGRESS;
const headMax = 16 << 10; // bytes of an answer's head
const bodyMax = 256 << 10; // bytes of its body
const retriesMax = 20; // while more connections wait than the socket holds
const retryMillis = 25;

// dial asks for a connection. It calls done({code, message}), or done(null, handle, rest, address) where rest is what the peer
// sent at once, and returns what can be destroyed, ref'd and unref'd meanwhile.
function dial(target, local, done) {
  const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`];
  if (local) lines.push('X-AppZone-Local: 1');
  return exchange(lines, (code, answer) => {
    if (code) done({ code });
    else if (answer.handle) done(null, answer.handle, answer.rest, answer.headers['x-appzone-address'] ?? '');
    else done({ code: 'ECONNRESET', ...answer.body });
  });
}

// resolve asks for the addresses of a name; type is A, AAAA or ALL. It calls done({code, message}) or done(null, addresses).
function resolve(name, type, done) {
  const lines = [`GET /resolve?name=${encodeURIComponent(name)}&type=${type} HTTP/1.1`, 'Host: egress'];
  return exchange(lines, (code, answer) => {
    const list = answer?.body?.addresses;
    if (code) done({ code });
    else if (answer.status === 200 && Array.isArray(list)) done(null, list.filter((a) => net.isIP(a)));
    else done({ code: 'EAI_AGAIN', ...answer.body });
  });
}

// attempt is one exchange, over as many connections as it takes to get through.
function exchange(lines, done) {
  const attempt = { inner: null, tries: 0, referenced: true, over: false };
  const finish = (code, answer) => {
    if (attempt.over) return;
    attempt.over = true;
    done(code, answer);
  };
  const open = () => {
    if (attempt.over) return;
    attempt.inner = request(lines, (code, answer) => {
      if (code !== 'EAGAIN' || ++attempt.tries > retriesMax) return finish(code, answer);
      setTimeout(open, retryMillis);
    });
    if (!attempt.referenced) attempt.inner.unref();
  };
  open();
  return {
    destroy() { attempt.over = true; attempt.inner.destroy(); },
    ref() { attempt.referenced = true; attempt.inner.ref(); },
    unref() { attempt.referenced = false; attempt.inner.unref(); },
  };
}

function request(lines, done) {
  const inner = new net.Socket({ allowHalfOpen: true });
  let text = Buffer.alloc(0);
  let answer;
  inner.on('error', (err) => done(err.code === 'EAGAIN' ? 'EAGAIN' : 'ENETUNREACH'));
  inner.on('end', () => {
    inner.destroy();
    if (!answer) return done('ECONNRESET');
    done(undefined, { ...answer, body: parse(text) });
  });
  inner.on('data', (chunk) => {
    text = text.length ? Buffer.concat([text, chunk]) : chunk;
    if (!answer) {
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return text.length > headMax && inner.destroy(new Error('head too large'));
      answer = head(text.latin1Slice(0, end));
      text = text.subarray(end + 4);
      if (answer.status === 200 && lines[0].startsWith('CONNECT ')) {
        const result = { ...answer, handle: take(inner), rest: text };
        return process.nextTick(done, undefined, result); // Node is still in the middle of this read
      }
    }
    if (text.length > bodyMax) inner.destroy(new Error('body too large'));
  });
  connect.call(inner, { path });
  inner.write(lines.join('\r\n') + '\r\n\r\n');
  return inner;
}

function head(text) {
  const [first, ...lines] = text.split('\r\n');
  const headers = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    if (at > 0) headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  return { status: Number(first.split(' ')[1]) || 0, headers };
}

function parse(text) {
  try {
    const body = JSON.parse(text.toString());
    return body !== null && typeof body === 'object' ? body : {};
  } catch {
    return {};
  }
}

module.exports = { path, dial, resolve };
