// A forked child keeps its channel to the program and knows nothing of the listener.
const { fork } = require('child_process');
const http = require('http');
if (process.send) {
  const names = Object.keys(process.env).filter((n) => n.startsWith('LISTEN_') || n.startsWith('APPZONE_CONTROL'));
  process.send({ names, execArgv: process.execArgv });
} else {
  fork(__filename).on('message', (m) => http.createServer((req, res) => res.end(JSON.stringify(m))).listen(9006));
}
