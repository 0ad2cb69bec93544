// Answers /slow when half a second has gone.
const http = require('http');
http.createServer((req, res) => {
  if (req.url !== '/slow') return res.end('fast');
  console.log('slow request');
  setTimeout(() => res.end('slow'), 500);
}).listen(9006);
process.on('exit', (code) => console.log('exit hook', code));
