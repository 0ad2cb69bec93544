// console writes lines: what informs to standard output, what warns to standard error.

const levels = { log: 1, info: 1, debug: 1, dir: 1, warn: 2, error: 2, trace: 2 };

function describe(v, depth, seen) {
  switch (typeof v) {
    case "string": return depth ? JSON.stringify(v) : v;
    case "bigint": return v + "n";
    case "symbol": return str(v);
    case "function": return `[function ${v.name || "(anonymous)"}]`;
    case "object": break;
    default: return str(v);
  }
  if (v === null) return "null";
  if (v instanceof Error) return errorText(v);
  if (seen.includes(v)) return "[circular]";
  if (depth > 3) return Array.isArray(v) ? "[array]" : "[object]";
  seen = [...seen, v];
  const most = 100, inner = (x) => describe(x, depth + 1, seen);
  const few = (list, more) => list.slice(0, most).concat(more > most ? [`... ${more - most} more`] : []).join(", ");
  if (isView(v) && !(v instanceof DataView)) return `${v.constructor.name}(${v.length}) [${few(Array.from(v.subarray(0, most)), v.length)}]`;
  if (v instanceof Date) return isNaN(v) ? "Invalid Date" : v.toISOString();
  if (v instanceof RegExp || v instanceof URL) return str(v);
  if (Array.isArray(v)) return `[${few(v.slice(0, most).map(inner), v.length)}]`;
  if (v instanceof Map || v instanceof Headers || v instanceof URLSearchParams) {
    return `${v.constructor.name} {${few([...v].slice(0, most).map(([k, x]) => `${inner(k)} => ${inner(x)}`), 0)}}`;
  }
  if (v instanceof Set) return `Set {${few([...v].slice(0, most).map(inner), v.size)}}`;
  const keys = Object.keys(v), name = v.constructor && v.constructor !== Object && v.constructor.name;
  return `${name ? name + " " : ""}{${few(keys.slice(0, most).map((k) => `${k}: ${inner(v[k])}`), keys.length)}}`;
}

function errorText(e) {
  let text = `${e.name}: ${e.message}`;
  if (e.code) text += ` (${e.code})`;
  if (typeof e.stack === "string" && e.stack) text += "\n" + e.stack.trimEnd();
  return e.cause === undefined ? text : `${text}\ncaused by ${describe(e.cause, 1, [e])}`;
}

// explain describes what was thrown, whatever it is and whatever its getters do.
function explain(e) {
  if (e === null) return "null was thrown, as it is when memory has run out";
  try {
    return e instanceof Error ? errorText(e) : `${describe(e, 0, [])} was thrown, which is no Error`;
  } catch {
    return "something was thrown that cannot be described";
  }
}

function format(args) {
  const out = [];
  for (let i = 0; i < args.length; i++) {
    try {
      out.push(describe(args[i], 0, []));
    } catch {
      out.push("[not to be described]");
    }
  }
  return out.join(" ");
}

const console = { assert(ok, ...args) { if (!ok) host.log(2, "assertion failed: " + format(args)); } };
for (const name in levels) console[name] = (...args) => host.log(levels[name], format(args));

// report calls what must not stop its caller, and logs what it throws.
function report(call) {
  try {
    call();
  } catch (e) {
    host.log(2, "uncaught " + explain(e));
  }
}

// unhandled is called for promises that nobody handled the rejection of.
function unhandled(reason) { host.log(2, "unhandled rejection: " + explain(reason)); }
