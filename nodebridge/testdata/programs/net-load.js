// 200 connections at once, then 64 MiB both ways, checked.
const net = require('net'), crypto = require('crypto');
const [host, port] = process.env.GREETER.split(':');
const greeting = 'hello\n';

function once(text) {
  return new Promise((done, fail) => {
    let all = '';
    net.connect(+port, host).setEncoding('utf8').on('data', (d) => { all += d; }).on('end', () => done(all === greeting + text)).on('error', fail).end(text);
  });
}

async function flood(bytes) {
  const s = net.connect(+port, host);
  const sent = crypto.createHash('sha256'), got = crypto.createHash('sha256');
  const received = (async () => {
    let n = 0, skip = greeting.length;
    for await (const chunk of s) {
      const rest = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - rest.length;
      got.update(rest);
      n += rest.length;
    }
    return n;
  })();
  const block = crypto.randomBytes(1 << 20);
  let most = 0;
  for (let n = 0; n < bytes; n += block.length) {
    block.writeUInt32LE(n, 0);
    const part = Buffer.from(block);
    sent.update(part);
    if (!s.write(part)) await new Promise((done) => s.once('drain', done));
    most = Math.max(most, s.writableLength);
  }
  s.end();
  return [await received === bytes, sent.digest('hex') === got.digest('hex'), most < 4 << 20];
}

(async () => {
  const all = await Promise.all(Array.from({ length: 200 }, (_, i) => once(`number ${i}`)));
  console.log(`at once: ${JSON.stringify([all.length, all.every(Boolean)])}`);
  console.log(`both ways: ${JSON.stringify(await flood(64 << 20))}`);
  process.exit(0);
})();
