const http = require('http');
const { WebSocketServer } = require('ws');
const server = http.createServer((req, res) => res.end('plain'));
new WebSocketServer({ server }).on('connection', (ws) => ws.on('message', (m) => ws.send('echo ' + m)));
server.listen(9006);
