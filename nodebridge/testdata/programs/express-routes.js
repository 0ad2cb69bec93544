const express = require('express');
const app = express();
app.get('/who', (req, res) => res.json({ ip: req.ip, remote: req.socket.remoteAddress, secure: req.secure }));
app.post('/echo', (req, res) => req.pipe(res));
app.listen(9006, 'localhost');
