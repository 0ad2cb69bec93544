// Follows the documented contract itself, without a port.
const http = require('http');
const server = http.createServer((req, res) => res.end('descriptor ' + JSON.stringify(server.address())));
server.listen({ fd: Number(process.env.LISTEN_FD) });
