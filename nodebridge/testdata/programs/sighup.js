// Reads its settings anew when it is told that they changed.
const http = require('http');
let told = 0;
process.on('SIGHUP', () => { told++; });
http.createServer((req, res) => res.end(`told ${told}`)).listen(9006);
