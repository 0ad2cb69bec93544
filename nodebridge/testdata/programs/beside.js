// As old plugins do: keeps a file beside its code, starts a child, and tells what it sees.
const fs = require('fs');
const path = require('path');
const http = require('http');
const { fork } = require('child_process');
if (process.send) {
  process.send('child of ' + process.ppid);
} else {
  fs.writeFileSync(path.join(__dirname, 'config.json'), JSON.stringify({ kept: true }));
  fs.writeFileSync(path.join(process.env.HOME, 'data.txt'), 'data');
  fs.writeFileSync(path.join(process.env.TMPDIR, 'temp.txt'), 'temp');
  fork(__filename).on('message', (message) => {
    http.createServer((req, res) => res.end(JSON.stringify({
      message, title: process.title, cwd: process.cwd(), exec: process.execPath, env: Object.keys(process.env).sort(),
      config: fs.readFileSync('config.json', 'utf8'), cpus: require('os').cpus().length > 0,
    }))).listen(9006, () => console.log('listening'));
  });
}
