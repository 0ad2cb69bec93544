// Takes memory in buffers without end, and tells how much it has.
const list = [];
for (;;) {
  list.push(Buffer.alloc(8 << 20, 1));
  require('fs').writeSync(1, `${list.length * 8} MB\n`);
}
