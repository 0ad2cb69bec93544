// Says who asks: in the main thread, in a worker thread, and in programs that it starts.
const { Worker, isMainThread, parentPort } = require('worker_threads');
const child_process = require('child_process');
const http = require('http');

const say = (claims) => claims.then((who) => JSON.stringify(who), (e) => JSON.stringify({ error: e.message, code: e.code }));
if (!isMainThread) {
  parentPort.on('message', (token) => say(appzone.identity(token)).then((text) => parentPort.postMessage(text)));
} else {
  const worker = new Worker(__filename);
  const ways = {
    '/': (req) => say(appzone.identity(req)),
    '/fetch': (req) => say(appzone.identity(new Request('http://x/', { headers: { 'X-AppZone-Identity': req.headers['x-appzone-identity'] ?? '' } }))),
    '/worker': (req) => new Promise((done) => {
      worker.once('message', done);
      worker.postMessage(req.headers['x-appzone-identity'] ?? '');
    }),
    '/module': (req) => import('./identity.mjs').then((m) => say(m.who(req))),
    '/child': (req) => new Promise((done, fail) => {
      const code = 'appzone.identity(process.argv[1]).then((who) => process.stdout.write(JSON.stringify(who)), (e) => process.stdout.write(JSON.stringify({ error: e.message, code: e.code })))';
      child_process.execFile(process.execPath, ['-e', code, req.headers['x-appzone-identity'] ?? ''], (err, out) => (err ? fail(err) : done(out)));
    }),
    '/global': async () => {
      const { writable, enumerable } = Object.getOwnPropertyDescriptor(globalThis, 'appzone');
      const wrong = await Promise.all([undefined, null, 7, {}].map((x) => appzone.identity(x).catch((e) => e.name)));
      return JSON.stringify({ frozen: Object.isFrozen(appzone), writable, enumerable, wrong, own: (function () { var appzone = 1; return appzone; })() });
    },
  };
  http.createServer(async (req, res) => res.end(await ways[req.url](req))).listen(9006);
}
