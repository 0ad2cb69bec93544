import { createServer } from 'node:http';
const server = createServer((req, res) => res.end('esm ' + JSON.stringify(server.address())));
server.listen(9006, () => console.log('listening', server.listening));
