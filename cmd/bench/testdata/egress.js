// The same as egress/main.go, for Node.js.
const http = require('http');
const net = require('net');

function dial(to, letter) {
  const [host, port] = to.split(':');
  const socket = net.connect(Number(port), host);
  socket.write(letter);
  return socket;
}

function once(to) {
  return new Promise((resolve, reject) => {
    const socket = dial(to, 'e');
    socket.on('error', reject);
    socket.once('data', () => { socket.destroy(); resolve(); });
  });
}

async function connect(query) {
  const n = Number(query.get('n'));
  const began = process.hrtime.bigint();
  for (let i = 0; i < n; i++) await once(query.get('to'));
  return Number((process.hrtime.bigint() - began) / 1000n) / n;
}

function pull(query) {
  const began = process.hrtime.bigint();
  let left = Number(query.get('mb')) << 20;
  return new Promise((resolve, reject) => {
    const socket = dial(query.get('to'), 'p');
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      left -= chunk.length;
      if (left > 0) return;
      socket.destroy();
      resolve(Number((process.hrtime.bigint() - began) / 1000n));
    });
  });
}

http.createServer(async (request, answer) => {
  const url = new URL(request.url, 'http://plugin');
  const work = { '/connect': connect, '/pull': pull }[url.pathname];
  try {
    answer.end(work ? String(Math.round(await work(url.searchParams))) : '');
  } catch (error) {
    answer.statusCode = 502;
    answer.end(String(error));
  }
}).listen(Number(process.argv[2] || 9006), '127.0.0.1');
