// Calls its own port, a port of a child of its own, a granted service of the machine, and one that is not: "name: result".
const http = require('http'), net = require('net'), dgram = require('dgram'), { spawn } = require('child_process');
const say = (name, value) => console.log(`${name}: ${JSON.stringify(value)}`);
const reason = (err) => ({ code: err.code, address: err.address, port: err.port });
const get = (url) => new Promise((done) => http.get(url, (r) => { let all = ''; r.setEncoding('utf8').on('data', (d) => { all += d; }).on('end', () => done(all)); }).on('error', (err) => done(reason(err))));
const failure = (s) => new Promise((done) => s.on('error', (err) => done(err)).on('connect', () => done('connected')));

const server = http.createServer((req, res) => res.end(`own ${req.url} ${req.socket.remoteAddress} ${req.socket.localPort}`));
server.listen(9006, async () => {
  say('by name', await get('http://localhost:9006/a'));
  say('by address', await get('http://127.0.0.1:9006/b'));
  say('by IPv6', await get('http://[::1]:9006/c'));
  say('by fetch', await (await fetch('http://localhost:9006/d')).text());
  say('many', (await Promise.all(Array.from({ length: 50 }, (_, i) => get(`http://localhost:9006/${i}`)))).every((text, i) => text === `own /${i} 127.0.0.1 9006`));
  const raw = net.createServer((s) => s.end('raw'));
  await new Promise((done) => raw.listen(0, done));
  const { port } = raw.address();
  say('a raw server of its own', await new Promise((done) => net.connect(port).setEncoding('utf8').once('data', done)));
  await new Promise((done) => raw.close(done));
  say('closed', reason(await failure(net.connect(port, '127.0.0.1'))).code);
  if (process.env.APPZONE_NETWORK) {
    const child = spawn(process.execPath, ['-e', "const s = require('net').createServer((c) => c.end('child')).listen(7007, '127.0.0.1', () => console.log('listens'))"]);
    await new Promise((done) => child.stdout.once('data', done));
    say('a child', await new Promise((done) => net.connect(7007, 'localhost').setEncoding('utf8').once('data', done).on('error', (err) => done(err.message))));
    child.kill();
    say('nobody', reason(await failure(net.connect(7008, '127.0.0.1'))));
    const err = await failure(net.connect(443, 'api.example.com'));
    say('elsewhere', [err.code, err.message]);
    const u = dgram.createSocket('udp4');
    say('UDP', await new Promise((done) => u.send('x', 53, '192.0.2.1', (e) => done([e.code, e.message]))));
    say('UDP by event', await new Promise((done) => u.on('error', (e) => done(e.code)).send(Buffer.from('xy'), 0, 1, 53, 'example.com')));
    say('UDP connected', await new Promise((done) => dgram.createSocket('udp4').connect(53, '192.0.2.1', (e) => done(e.code))));
    const here = dgram.createSocket('udp4').bind(0, '127.0.0.1', () => u.send('inside', here.address().port, '127.0.0.1'));
    say('UDP inside', await new Promise((done) => here.on('message', (m) => done(m.toString()))));
  }
  if (process.env.GREETER) say('granted', await new Promise((done) => net.connect(+process.env.GREETER.split(':')[1], 'localhost').setEncoding('utf8').once('data', done).on('error', (err) => done(err.code))));
  process.exit(0);
});
