require('http').createServer((req, res) => res.end(JSON.stringify({ title: process.title, argv: process.argv.slice(1), exec: process.execPath, env: process.env }))).listen(9006);
