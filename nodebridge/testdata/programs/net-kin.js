// Every descendant that runs Node reaches what the program does: "name: result".
const { Worker, isMainThread, parentPort } = require('worker_threads');
const child_process = require('child_process');
const cluster = require('cluster');
const { execPath } = process;
const reach = () => new Promise((done) => {
  const [host, port] = process.env.GREETER.split(':');
  require('net').connect(+port, host).on('error', (err) => done(err.code)).once('data', function (d) { this.destroy(); done(d.toString().trim()); });
});
const program = `(${reach})().then((text) => process.stdout.write(text))`;

if (!isMainThread) reach().then((text) => parentPort.postMessage(text));
else if (process.send || cluster.isWorker) reach().then((text) => process.send(text));
else main();

async function main() {
  const say = (name, value) => console.log(`${name}: ${JSON.stringify(value)}`);
  const message = (from) => new Promise((done) => from.on('message', done));
  const output = (child) => new Promise((done) => { let all = ''; child.stdout.on('data', (d) => { all += d; }); child.on('close', () => done(all)); });
  const only = { env: { GREETER: process.env.GREETER, PATH: process.env.PATH } };
  say('worker thread', await message(new Worker(__filename)));
  say('worker thread with options of its own', await message(new Worker(__filename, { execArgv: [], env: { GREETER: process.env.GREETER } })));
  const forked = child_process.fork(__filename);
  say('forked', await message(forked));
  forked.disconnect();
  const bare = child_process.fork(__filename, { ...only, execArgv: [] });
  say('forked with an environment of its own', await message(bare));
  bare.disconnect();
  const member = cluster.fork();
  say('cluster', await message(member));
  member.disconnect();
  say('spawned', await output(child_process.spawn(execPath, ['-e', program])));
  say('spawned with an environment of its own', await output(child_process.spawn(execPath, ['-e', program], only)));
  say('execFileSync', child_process.execFileSync(execPath, ['-e', program], only).toString());
  say('spawnSync', child_process.spawnSync(execPath, ['-e', program]).stdout.toString());
  say('by a shell', child_process.execSync(`"${execPath}" -e '${program.replace(/'/g, '"')}'`).toString());
  say('child of a child', child_process.execFileSync(execPath, ['-e', `process.stdout.write(require('child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(program)}]))`]).toString());
  say('arguments', [await output(child_process.spawn(execPath, ['-e', 'process.stdout.write(JSON.stringify([process.execArgv.length, process.env.LISTEN_FD, process.env.APPZONE_CONTROL_FD]))']))]);
  say('not Node.js', child_process.spawnSync('cat', ['/proc/net/dev']).stdout.toString().trim().split('\n').length - 2);
  process.exit(0);
}
