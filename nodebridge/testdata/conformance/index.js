// The program of the conformance suite (host/runtimetest), for Node.
'use strict'
const fs = require('fs')
const http = require('http')
const path = require('path')
const { spawn } = require('child_process')

const behaviour = fs.readFileSync(path.join(__dirname, '..', 'behaviour'), 'utf8')

const routes = {
  '/': (q, res) => res.end('hello'),
  '/settings': (q, res) => res.end(fs.readFileSync(process.env.APPZONE_SETTINGS_FILE)),
  '/slow': (q, res) => setTimeout(() => res.end('slow'), Number(q.get('ms'))),
  '/log': (q, res) => {
    for (let n = 1; n <= Number(q.get('n')); n++) console.log('line ' + n)
    res.end('done')
  },
  '/flood': () => { for (;;) fs.writeSync(1, 'all work and no play makes a dull plugin\n'.repeat(50)) },
  '/exit': (q) => process.exit(Number(q.get('code'))),
  '/spawn': (q, res) => {
    const child = spawn('sleep', ['98765'], { detached: true, stdio: 'ignore' })
    child.unref()
    res.end(String(child.pid))
  },
}

function serve () {
  http.createServer((req, res) => {
    const url = new URL(req.url, 'http://plugin')
    if (behaviour === 'mute') return
    const route = routes[url.pathname]
    if (route) return route(url.searchParams, res)
    res.statusCode = 404
    res.end()
  }).listen(9006)
}

switch (behaviour) {
  case 'crash': console.error('about to crash'); process.exit(3)
  case 'quit': process.exit(0)
  case 'never': setInterval(() => {}, 1000); break
  case 'late': setTimeout(serve, 700); break
  case 'stubborn': process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); serve(); break
  default: serve()
}
