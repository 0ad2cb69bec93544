// Looks for a free port as port finders do, then listens on it.
const net = require('net');
const http = require('http');
function free(port, done) {
  const probe = net.createServer();
  probe.once('error', () => free(port + 1, done));
  probe.listen(port, () => {
    const got = probe.address().port;
    probe.close(() => done(got));
  });
}
free(9006, (port) => {
  const server = http.createServer((req, res) => res.end('port ' + server.address().port));
  server.listen(port);
});
