// Each request to /again closes the server and opens it anew.
const http = require('http');
let times = 1;
const server = http.createServer((req, res) => {
  res.setHeader('Connection', 'close');
  res.end('opened ' + times);
  if (req.url === '/again') server.close(() => { times++; server.listen(9007); });
});
server.listen(9006);
