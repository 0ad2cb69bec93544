// Passes its server to a forked child and stops accepting itself.
const { fork } = require('child_process');
const http = require('http');
if (process.send) {
  const inner = http.createServer((req, res) => { res.setHeader('Connection', 'close'); res.end('child'); });
  process.on('message', (m, server) => {
    server.on('connection', (socket) => inner.emit('connection', socket));
    process.send('ready');
  });
} else {
  const server = http.createServer((req, res) => { res.setHeader('Connection', 'close'); res.end('parent'); });
  server.listen(9006, () => fork(__filename).send('server', server));
}
