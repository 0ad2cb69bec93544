// Is a MySQL server with one answer, as far as the package mysql2 has one.
const mysql = require('mysql2');
const server = mysql.createServer((c) => {
  c.serverHandshake({ protocolVersion: 10, serverVersion: '8.0.0', connectionId: 1, statusFlags: 2, characterSet: 8, capabilityFlags: 0xffffff ^ 0x800, authCallback: (p, done) => done(null) });
  c.on('query', () => {
    c.sequenceId = 1; // the package leaves that to its servers
    c.writeTextResult([{ answer: '42' }], [{ catalog: 'def', schema: 'd', table: 't', orgTable: 't', name: 'answer', orgName: 'answer', characterSet: 33, columnLength: 384, columnType: 253, flags: 0, decimals: 0 }]);
  });
  c.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server._server.address().port}`));
