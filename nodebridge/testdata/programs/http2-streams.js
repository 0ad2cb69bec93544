const http2 = require('http2');
const server = http2.createServer();
server.on('stream', (stream) => stream.end('never'));
server.on('error', (err) => { console.log('refused', err.code); process.exit(3); });
server.listen(9006);
