const http = require('http');
const net = require('net');
net.createServer((s) => s.end('raw')).listen(1234);
const first = http.createServer((req, res) => {
  res.setHeader('Connection', 'close');
  res.end('first');
  if (req.url === '/close') first.close();
});
first.listen(9006);
http.createServer((req, res) => res.end('second')).listen(9007);
