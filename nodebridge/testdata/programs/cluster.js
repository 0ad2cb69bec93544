const cluster = require('cluster');
const http = require('http');
if (cluster.isPrimary) {
  cluster.fork();
  cluster.fork();
  http.createServer((req, res) => res.end('metrics')).listen(9100);
} else {
  const server = http.createServer((req, res) => {
    res.setHeader('Connection', 'close');
    res.end(`worker ${cluster.worker.id} at ${server.address().port}`);
  });
  server.listen(9006, () => console.log('worker listens'));
}
