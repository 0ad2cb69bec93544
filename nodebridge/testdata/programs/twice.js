// The second live server on one port fails, as on a real one; so does a second listen on one server.
const http = require('http');
const seen = {};
const first = http.createServer((req, res) => res.end(JSON.stringify(seen)));
const second = http.createServer();
second.on('error', (err) => { seen.second = err.code; seen.message = err.message; seen.listening = second.listening; });
first.listen(9006, () => {
  second.listen(9006);
  try { first.listen(9007); } catch (err) { seen.again = err.code; }
  const other = http.createServer();
  other.on('error', (err) => { seen.other = err.code; });
  other.listen(9006, '127.0.0.1');
});
