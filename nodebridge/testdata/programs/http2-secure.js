const http2 = require('http2');
http2.createSecureServer({ allowHTTP1: true }, (req, res) => res.end('secure ' + req.url)).listen(9006);
