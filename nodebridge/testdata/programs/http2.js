const http2 = require('http2');
http2.createServer((req, res) => { res.setHeader('x-version', req.httpVersion); res.end('http2 ' + req.url); }).listen(9006);
