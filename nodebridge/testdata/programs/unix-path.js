const http = require('http');
const path = require('path');
const own = http.createServer((req, res) => res.end('from the path'));
own.listen(path.join(process.env.TMPDIR, 'own.sock'), () => {
  http.createServer((req, res) => {
    http.get({ socketPath: own.address() }, (inner) => inner.pipe(res));
  }).listen(9006);
});
