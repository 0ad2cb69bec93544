const dgram = require('dgram');
const http = require('http');
const seen = {};
const service = dgram.createSocket('udp4');
service.on('error', (err) => {
  seen.service = err.code;
  const client = dgram.createSocket('udp4');
  client.bind(() => {
    seen.client = client.address().port > 0;
    client.close();
    http.createServer((req, res) => res.end(JSON.stringify(seen))).listen(9006);
  });
});
service.bind(9006);
