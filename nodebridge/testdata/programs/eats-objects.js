// Takes memory in objects without end.
const list = [];
for (;;) list.push(new Array(1e5).fill(Math.random()));
