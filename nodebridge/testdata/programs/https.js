const https = require('https');
https.createServer({}, (req, res) => res.end('encrypted ' + req.socket.encrypted)).listen(9443);
