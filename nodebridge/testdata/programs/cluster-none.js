const cluster = require('cluster');
cluster.schedulingPolicy = cluster.SCHED_NONE;
if (cluster.isPrimary) {
  cluster.fork();
} else {
  const server = require('http').createServer();
  server.on('error', (err) => { console.log('worker got', err.code); process.exit(0); });
  server.listen(9006);
}
