// What a plugin finds as globals, and what the host gets to call.

// structuredClone copies what JSON knows, and dates, maps, sets, expressions, errors and buffers, cycles included.
function structuredClone(value) {
  const seen = new Map();
  const copy = (v) => {
    if (typeof v === "function" || typeof v === "symbol") throw new DOMException("a function or a symbol cannot be cloned", "DataCloneError");
    if (!isObject(v)) return v;
    if (seen.has(v)) return seen.get(v);
    const keep = (c) => (seen.set(v, c), c);
    if (v instanceof Date) return keep(new Date(+v));
    if (v instanceof RegExp) return keep(new RegExp(v.source, v.flags));
    if (v instanceof ArrayBuffer) return keep(v.slice(0));
    if (v instanceof DataView) return keep(new DataView(copy(v.buffer), v.byteOffset, v.byteLength));
    if (isView(v)) return keep(new v.constructor(copy(v.buffer), v.byteOffset, v.length));
    if (v instanceof Map) {
      const m = keep(new Map());
      v.forEach((x, k) => m.set(copy(k), copy(x)));
      return m;
    }
    if (v instanceof Set) {
      const m = keep(new Set());
      v.forEach((x) => m.add(copy(x)));
      return m;
    }
    if (v instanceof Error) {
      const types = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
      const e = keep(new (Object.hasOwn(types, v.name) ? types[v.name] : Error)(v.message));
      e.stack = v.stack;
      return e;
    }
    if (v instanceof Promise || v instanceof WeakMap || v instanceof WeakSet || v instanceof WeakRef || v[hidden]) {
      throw new DOMException("this kind of object cannot be cloned", "DataCloneError");
    }
    const out = keep(Array.isArray(v) ? new Array(v.length) : {});
    for (const key of Object.keys(v)) out[key] = copy(v[key]);
    return out;
  };
  return copy(value);
}

define(globalThis, {
  AbortController, AbortSignal, CryptoKey, Event, EventTarget, Headers, ReadableStream, Request, Response, TextDecoder, TextEncoder,
  URL, URLSearchParams, appzone: env, clearInterval: clearTimeout, clearTimeout, console, crypto, fetch, self: globalThis,
  setInterval, setTimeout, structuredClone,
});

return [request, settle, answer, fail, fire, answered, refused, fetched, unhandled, main, stop];
