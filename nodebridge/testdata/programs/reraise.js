// As packages do that clean up at exit: ends the process only when theirs are all the handlers.
const http = require('http');
http.createServer((req, res) => res.end('ok')).listen(9006);
function onTerm() {
  if (process.listeners('SIGTERM').length !== 1) return;
  process.removeListener('SIGTERM', onTerm);
  console.log('cleaned up');
  process.kill(process.pid, 'SIGTERM');
}
process.on('SIGTERM', onTerm);
