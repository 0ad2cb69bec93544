// Has its own way to end.
const http = require('http');
const server = http.createServer((req, res) => {
  console.log('slow request');
  setTimeout(() => res.end('slow'), 500);
}).listen(9006);
console.log('handlers', process.listeners('SIGTERM').length);
process.on('SIGTERM', () => server.close(() => process.exit(5)));
