const http = require('http');
http.createServer((req, res) => {
  if (req.url === '/events') {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    let n = 0;
    const timer = setInterval(() => { res.write(`data: ${++n}\n\n`); if (n === 3) { clearInterval(timer); res.end(); } }, 20);
    return;
  }
  let bytes = 0;
  req.on('data', (chunk) => { bytes += chunk.length; });
  req.on('end', () => res.end('got ' + bytes));
}).listen(9006);
