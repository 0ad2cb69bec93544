// What a TCP socket does, one thing a line: "name: result".
const net = require('net');
const say = (name, value) => console.log(`${name}: ${JSON.stringify(value)}`);
const [host, port] = process.env.GREETER.split(':'); // says "hello", then echoes until the end
const open = (options = {}, ...rest) => net.connect({ host, port: +port, ...options }, ...rest);
const reason = (err) => ({ code: err.code, errno: err.errno, syscall: err.syscall, address: err.address, port: err.port, hostname: err.hostname });
const text = (s) => new Promise((done, fail) => { let all = ''; s.setEncoding('utf8').on('data', (d) => { all += d; }).on('end', () => done(all)).on('error', fail); });
const failure = (s) => new Promise((done) => s.on('error', (err) => done(err)).on('connect', () => done('connected')));

const steps = {
  async events() {
    const s = open();
    const log = [];
    for (const name of ['lookup', 'connect', 'ready', 'finish', 'end', 'close']) s.on(name, () => log.push(name));
    log.push(s.connecting, s.pending, s.readyState);
    s.on('connect', () => log.push(s.connecting, s.pending, s.readyState, s.remoteAddress, s.remoteFamily, s.remotePort === +port, s.localAddress));
    s.end('written before');
    log.push(await text(s));
    await new Promise((done) => s.on('close', done));
    return [...log, s.bytesRead, s.bytesWritten];
  },
  async 'by name'() {
    const s = net.connect(+port, 'granted.example.com').end();
    const log = [];
    s.on('lookup', (err, address, family, name) => log.push('lookup', err, address, family, name));
    s.on('connect', () => log.push('connect', s.remoteAddress));
    await text(s);
    return log;
  },
  async 'half-closed'() {
    const s = open({ allowHalfOpen: true });
    s.write('a');
    await new Promise((done) => s.once('data', done));
    s.end('b');
    return `...${(await text(s)).slice(-1)} ended ${s.readableEnded} ${s.writableFinished}`;
  },
  async 'peer ends first'() {
    const [h, p] = process.env.ENDER.split(':'); // ends at once, and counts what it still gets
    const s = net.connect({ host: h, port: +p, allowHalfOpen: true });
    await text(s);
    s.end('x'.repeat(100000));
    await new Promise((done) => s.on('close', done));
    return s.bytesWritten;
  },
  async onread() {
    const buffer = Buffer.alloc(4);
    let all = '';
    const s = open({ onread: { buffer, callback: (n, b) => { all += b.toString('utf8', 0, n); return true; } } });
    s.end('four by four');
    await new Promise((done) => s.on('close', done));
    return all;
  },
  async options() {
    const s = open({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000, timeout: 50 });
    s.setNoDelay(false).setNoDelay().setKeepAlive(true, 500).unref().ref();
    await new Promise((done) => s.on('timeout', done));
    s.end();
    return (await text(s)) + s.timeout;
  },
  async 'connect again'() {
    const s = open();
    s.destroy();
    await new Promise((done) => s.on('close', done));
    s.connect(+port, host).end('again');
    return text(s);
  },
  async 'wrapped at once'() {
    const inner = open();
    const { Duplex } = require('stream');
    const outer = Duplex.from({ readable: inner, writable: inner });
    outer.end('x');
    let all = '';
    for await (const chunk of outer) all += chunk;
    return all;
  },
  async 'own lookup'() {
    const asked = [];
    const lookup = (name, options, done) => { asked.push(name, !!options.all); options.all ? done(null, [{ address: '192.0.2.9', family: 4 }, { address: host, family: 4 }]) : done(null, host, 4); };
    const s = net.connect({ host: 'made.up', port: +port, lookup, autoSelectFamily: true }).end();
    await text(s);
    return [...asked, 'connected'];
  },
  async refused() { return reason(await failure(net.connect(+process.env.CLOSED.split(':')[1], '127.0.0.1'))); },
  async denied() {
    const err = await failure(net.connect({ port: 443, host: '192.0.2.1', signal: AbortSignal.timeout(3000) }));
    return { ...reason(err), message: err.message };
  },
  async 'denied by name'() { return reason(await failure(net.connect(443, 'other.example.com'))); },
  async 'unknown name'() { return reason(await failure(net.connect(443, 'gone.example.com'))); },
  async 'name that is none'() { return reason(await failure(net.connect(443, 'a b\r\nHost: x'))); },
  async 'failing lookup'() { return reason(await failure(net.connect({ host: 'x.y', port: 1, lookup: (n, o, done) => done(Object.assign(new Error('no'), { code: 'EOWN' })) }))); },
  async 'destroyed while it connects'() {
    const s = open();
    const log = [];
    for (const name of ['connect', 'error', 'close']) s.on(name, () => log.push(name));
    s.destroy();
    await new Promise((done) => s.on('close', done));
    await new Promise((done) => setTimeout(done, 50));
    return log;
  },
  async aborted() {
    const controller = new AbortController();
    const s = open({ signal: controller.signal });
    controller.abort();
    const err = await failure(s);
    return err.name;
  },
  async 'wrong arguments'() {
    const codes = [];
    for (const args of [[{ port: 70000 }], [{}], [{ port: 1, host: 5 }]]) {
      try { net.connect(...args).on('error', () => {}); codes.push('none'); } catch (err) { codes.push(err.code); }
    }
    return codes;
  },
  async 'reset and destroyed'() {
    const s = open();
    await new Promise((done) => s.once('data', done));
    s.resetAndDestroy?.();
    await new Promise((done) => s.on('close', done));
    return s.destroyed;
  },
  async 'unreferenced'() {
    const { execFileSync } = require('child_process');
    return execFileSync(process.execPath, ['-e', `require('net').connect(${port}, '${host}').unref(); console.log('ends')`]).toString().trim();
  },
};

(async () => {
  for (const [name, step] of Object.entries(steps)) {
    try { say(name, await step()); } catch (err) { say(name, `failed: ${err.stack}`); }
  }
  process.exit(0);
})();
