const { Worker, isMainThread, parentPort } = require('worker_threads');
const http = require('http');
if (isMainThread) {
  new Worker(__filename).on('message', (code) => {
    http.createServer((req, res) => res.end('worker got ' + code)).listen(9006);
  });
} else {
  http.createServer().on('error', (err) => parentPort.postMessage(err.code)).listen(9007);
}
