// HTTP by hand on a raw server.
const net = require('net');
net.createServer((socket) => {
  socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nraw'));
}).listen({ port: 9006, host: '127.0.0.1' });
