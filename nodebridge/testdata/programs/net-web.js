// HTTP, TLS and WebSocket clients, one thing a line: "name: result". Run with ca in CA (a file).
const fs = require('fs'), http = require('http'), https = require('https'), http2 = require('http2'), tls = require('tls');
const say = (name, value) => console.log(`${name}: ${JSON.stringify(value)}`);
const { WEB, TLS, H2 } = process.env; // host:port each
const ca = fs.readFileSync(process.env.CA);
const collect = async (stream) => { let all = ''; for await (const chunk of stream) all += chunk; return all; };
const get = (module, url, options) => new Promise((done, fail) => {
  const request = module.get(url, options, async (response) => {
    const from = response.socket.remoteAddress; // of a closed socket nothing is left
    done({ body: await collect(response), reused: request.reusedSocket, from });
  });
  request.on('error', fail);
});

const steps = {
  async http() { return get(http, `http://${WEB}/a`); },
  async 'http with a body'() {
    return new Promise((done, fail) => {
      const request = http.request(`http://${WEB}/echo`, { method: 'POST' }, async (response) => done((await collect(response)).length)).on('error', fail);
      for (let i = 0; i < 100; i++) request.write('x'.repeat(10000));
      request.end();
    });
  },
  async 'connections are kept'() {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const all = [];
    for (let i = 0; i < 3; i++) all.push((await get(http, `http://${WEB}/a`, { agent })).reused);
    agent.destroy();
    return all;
  },
  async 'https with the option ca'() { return get(https, `https://${TLS}/s`, { ca }); },
  async 'https with NODE_EXTRA_CA_CERTS'() { return get(https, `https://${TLS}/s`); },
  async 'https of another name'() { return get(https, `https://${TLS}/s`, { ca, servername: 'other.example.com' }).catch((err) => err.code); },
  async 'https keeps connections and sessions'() {
    const agent = new https.Agent({ keepAlive: true, ca });
    const all = [];
    for (let i = 0; i < 2; i++) all.push((await get(https, `https://${TLS}/s`, { agent })).reused);
    agent.destroy();
    return all;
  },
  async tls() {
    const [host, port] = TLS.split(':');
    const s = tls.connect({ host, port: +port, ca, servername: 'granted.example.com' });
    const log = [];
    for (const name of ['connect', 'ready', 'secureConnect', 'end', 'close']) s.on(name, () => log.push(name));
    s.on('secureConnect', () => log.push(s.authorized, s.remoteAddress, s.servername, s.getProtocol()));
    s.write('GET /s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const text = await collect(s);
    await new Promise((done) => s.closed ? done() : s.on('close', done));
    return [...log, text.split('\r\n')[0]];
  },
  async 'tls over a socket'() {
    const [host, port] = TLS.split(':');
    const inner = require('net').connect(+port, host);
    const s = tls.connect({ socket: inner, ca, host, servername: 'granted.example.com' });
    s.write('GET /s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    return (await collect(s)).split('\r\n')[0];
  },
  async 'tls over a connected socket'() {
    const [host, port] = TLS.split(':');
    const inner = require('net').connect(+port, host);
    await new Promise((done) => inner.on('connect', done));
    const s = tls.connect({ socket: inner, ca, servername: 'granted.example.com' });
    s.write('GET /s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    return (await collect(s)).split('\r\n')[0];
  },
  async 'tls refused'() {
    const s = tls.connect({ host: '127.0.0.1', port: +process.env.CLOSED.split(':')[1] });
    const err = await new Promise((done) => s.on('error', done));
    return [err.code, err.syscall, err.port === +process.env.CLOSED.split(':')[1]];
  },
  async http2() {
    const session = http2.connect(`https://${H2}`, { ca });
    const stream = session.request({ ':path': '/two' });
    const text = await collect(stream);
    await new Promise((done) => session.close(done));
    return [text, session.alpnProtocol];
  },
  async fetch() { return (await fetch(`http://${WEB}/a`)).text(); },
  async 'fetch by TLS'() { return (await fetch(`https://${TLS}/s`)).text(); },
  async 'fetch aborted'() {
    const controller = new AbortController();
    const wait = fetch(`http://${WEB}/never`, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    return wait.catch((err) => err.name);
  },
  async 'fetch refused'() { return fetch(`http://${process.env.CLOSED}/`).catch((err) => [err.message, err.cause.code]); },
  async undici() {
    const { request, Agent } = require('undici');
    const { body } = await request(`https://${TLS}/s`, { dispatcher: new Agent({ connect: { ca } }) });
    return body.text();
  },
  async axios() { return (await require('axios').get(`http://${WEB}/a`)).data; },
  async ws() {
    const WebSocket = require('ws');
    const s = new WebSocket(`ws://${WEB}/ws`);
    s.on('open', () => s.send('hello'));
    const text = await new Promise((done, fail) => s.on('message', (m) => done(m.toString())).on('error', fail));
    s.close();
    return text;
  },
  async 'ws by TLS'() {
    const WebSocket = require('ws');
    const s = new WebSocket(`wss://${TLS}/ws`, { ca });
    s.on('open', () => s.send('hello'));
    const text = await new Promise((done, fail) => s.on('message', (m) => done(m.toString())).on('error', fail));
    s.terminate();
    return text;
  },
};

(async () => {
  for (const [name, step] of Object.entries(steps)) {
    try { say(name, await step()); } catch (err) { say(name, `failed: ${err.stack}`); }
  }
  process.exit(0);
})();
