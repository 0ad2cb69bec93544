// setTimeout and setInterval. The host keeps the clock.

const timers = new Map();

function addTimer(repeat, callback, ms, args) {
  if (typeof callback !== "function") throw new TypeError("a timer takes a function");
  const id = nextNumber();
  host.timer(id, +ms || 0, repeat);
  timers.set(id, { callback, args, repeat });
  return id;
}

function setTimeout(callback, ms, ...args) { return addTimer(false, callback, ms, args); }
function setInterval(callback, ms, ...args) { return addTimer(true, callback, ms, args); }

function clearTimeout(id) {
  if (timers.delete(id)) host.untimer(id);
}

function fire(id) {
  const t = timers.get(id);
  if (!t) return;
  if (!t.repeat) timers.delete(id);
  report(() => t.callback(...t.args));
}
