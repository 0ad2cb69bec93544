// Asks servers by the drivers that programs use: "name: result". Unlike a network's, an address may be a name that only the host knows.
const say = (name, value) => console.log(`${name}: ${JSON.stringify(value)}`);
const at = (name) => ({ host: 'db.example.com', port: +process.env[name].split(':')[1] });
const steps = {
  async pg() {
    const { Client } = require('pg');
    const client = new Client({ ...at('PG'), user: 'u', password: 'p', database: 'd' });
    await client.connect();
    const { rows } = await client.query('select answer');
    await client.end();
    return rows;
  },
  async mysql2() {
    const c = await require('mysql2/promise').createConnection({ ...at('MYSQL'), user: 'u', password: 'p', database: 'd' });
    const [rows] = await c.query('select answer');
    await c.end();
    return rows;
  },
  async redis() {
    const client = require('redis').createClient({ socket: at('REDIS') });
    client.on('error', (err) => say('redis error', err.message));
    await client.connect();
    const value = await client.get('answer');
    await client.quit();
    return value;
  },
  async ssh2() {
    const { Client } = require('ssh2');
    const client = new Client();
    client.connect({ ...at('SSH'), username: 'u', password: 'p' });
    await new Promise((done, fail) => client.on('ready', done).on('error', fail));
    const text = await new Promise((done, fail) => client.exec('answer', (err, stream) => err ? fail(err) : stream.setEncoding('utf8').once('data', done)));
    client.end();
    return text;
  },
  async tedious() {
    const { Connection, Request } = require('tedious');
    const { host: server, port } = at('TDS');
    const c = new Connection({ server, options: { port, encrypt: false, trustServerCertificate: true }, authentication: { type: 'default', options: { userName: 'u', password: 'p' } } });
    await new Promise((done, fail) => { c.on('connect', (err) => err ? fail(err) : done()); c.connect(); });
    const value = await new Promise((done, fail) => {
      let got;
      c.execSqlBatch(new Request('select answer', (err) => err ? fail(err) : done(got)).on('row', (columns) => { got = columns[0].value; }));
    });
    c.close();
    return value;
  },
  async mongodb() {
    const { MongoClient } = require('mongodb');
    const { host, port } = at('MONGO');
    const client = new MongoClient(`mongodb://${host}:${port}/?directConnection=true`, { serverSelectionTimeoutMS: 10000 });
    const answer = await client.db('d').command({ ping: 1 });
    await client.close();
    return answer.ok;
  },
};

(async () => {
  for (const [name, step] of Object.entries(steps)) {
    try { say(name, await step()); } catch (err) { say(name, `failed: ${err.stack}`); }
  }
  process.exit(0);
})();
