// What listening servers report, one form of listen each.
const http = require('http');
const seen = {};
const forms = {
  plain: [9001], any: [0], none: [], host: [9002, '127.0.0.1'], name: [9003, 'plugin.example.com'], object: [{ port: 9004, host: '::1' }],
  text: ['9005'],
};
const order = [];
for (const [name, args] of Object.entries(forms)) {
  const server = http.createServer();
  const before = server.listening;
  server.listen(...args, () => {
    order.push(name);
    seen[name] = { ...server.address(), before, listening: server.listening };
    server.close(() => { seen[name].closed = server.listening === false && server.address() === null; });
  });
  if (order.includes(name)) seen[name].sync = true;
}
const controller = new AbortController();
const aborted = http.createServer();
aborted.listen({ port: 9008, signal: controller.signal }, () => controller.abort());
aborted.on('close', () => { seen.aborted = true; });
try { http.createServer().listen(70000); } catch (err) { seen.range = err.code; }
setTimeout(() => http.createServer((req, res) => res.end(JSON.stringify(seen))).listen(9006), 100);
