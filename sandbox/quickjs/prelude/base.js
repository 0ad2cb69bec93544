// The prelude gives a plugin the web's interfaces. Its files are joined into one function, so that what they share is no
// global: host holds the host's functions (see host.go), config what the instance was started with.
//
// A plugin may change any prototype, and so break what is here for itself alone; the host takes nothing that comes from
// here on trust.

const uint8 = Uint8Array, promise = Promise, str = String;
const hidden = Symbol("appzone");
const isView = ArrayBuffer.isView;
const noop = () => {};

function define(target, members) {
  for (const name in members) {
    Object.defineProperty(target, name, { value: members[name], writable: true, configurable: true, enumerable: false });
  }
}

// tag names a class for people who print its objects.
function tag(type) {
  Object.defineProperty(type.prototype, Symbol.toStringTag, { value: type.name, configurable: true });
}

// failure makes an error with a code that programs can compare, such as EACCES.
function failure(code, message) {
  const e = new Error(message);
  if (code) e.code = code;
  return e;
}

function isObject(v) { return (typeof v === "object" && v !== null) || typeof v === "function"; }

// bytesOf views a buffer or a view as bytes, without a copy; undefined for anything else.
function bytesOf(v) {
  if (v instanceof uint8) return v;
  if (isView(v)) return new uint8(v.buffer, v.byteOffset, v.byteLength);
  if (v instanceof ArrayBuffer || (typeof SharedArrayBuffer === "function" && v instanceof SharedArrayBuffer)) return new uint8(v);
}

// toBytes takes what a stream may yield.
function toBytes(chunk) {
  if (typeof chunk === "string") return host.encode(chunk);
  const bytes = bytesOf(chunk);
  if (!bytes) throw new TypeError("a stream must yield strings or bytes");
  return bytes;
}

function joinBytes(list, size) {
  if (list.length === 1) return list[0];
  const all = new uint8(size);
  for (let i = 0, at = 0; i < list.length; i++) {
    all.set(list[i], at);
    at += list[i].byteLength;
  }
  return all;
}

// bufferOf is a buffer that holds just these bytes.
function bufferOf(bytes) {
  return bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}

// pending holds what the host was asked and will answer by number.
const pending = new Map();
let lastNumber = 0;

function nextNumber() {
  lastNumber = (lastNumber + 1) % 0x7fffffff || 1;
  return lastNumber;
}

// ask begins something that the host answers later.
function ask(begin) {
  return new promise((resolve, reject) => {
    const id = nextNumber();
    pending.set(id, { resolve, reject });
    try {
      begin(id);
    } catch (e) {
      pending.delete(id);
      reject(e);
    }
  });
}

function answered(id, value) {
  const p = pending.get(id);
  pending.delete(id);
  if (p) p.resolve(value);
}

function refused(id, code, message) {
  const p = pending.get(id);
  pending.delete(id);
  if (p) p.reject(failure(code, message));
}
