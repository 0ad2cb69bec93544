// Ends by itself once its server closes; an unreferenced server does not keep it.
const http = require('http');
const server = http.createServer();
http.createServer().listen(9007).unref();
server.listen(9006, () => setTimeout(() => server.close(), 50));
