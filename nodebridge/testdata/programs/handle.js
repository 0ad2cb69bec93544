const http = require('http');
const seen = {};
const first = http.createServer((req, res) => res.end(JSON.stringify(seen)));
first.listen(9006, () => {
  const second = http.createServer();
  second.on('error', (err) => { seen.error = err.code; });
  second.listen(first);
});
