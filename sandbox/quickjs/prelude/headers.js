// Headers: a list of pairs, names in lower case.

const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const knownNames = new Map();

// headerName checks a name. The names that a program uses are few, and remembered.
function headerName(name) {
  const known = knownNames.get(name);
  if (known !== undefined) return known;
  const text = str(name);
  if (!tokenPattern.test(text)) throw new TypeError(`${JSON.stringify(text)} is no name of a header`);
  const lower = text.toLowerCase();
  if (typeof name === "string" && knownNames.size < 256 && name.length < 64) knownNames.set(name, lower);
  return lower;
}

const knownValues = new Set();

// headerValue checks a value. Those that come again and again are remembered too.
function headerValue(value) {
  if (knownValues.has(value)) return value;
  const given = value = str(value);
  const first = value.charCodeAt(0), last = value.charCodeAt(value.length - 1);
  if (first <= 32 || last <= 32) value = value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  if (value.includes("\n") || value.includes("\r") || value.includes("\0")) throw new TypeError("a header's value must be one line");
  if (value === given && knownValues.size < 256 && value.length < 64) knownValues.add(value);
  return value;
}

class Headers {
  constructor(init) {
    this[hidden] = [];
    if (init !== undefined && init !== null) fillHeaders(this[hidden], init);
  }
  append(name, value) { this[hidden].push(headerName(name), headerValue(value)); }
  delete(name) {
    const list = this[hidden];
    name = headerName(name);
    for (let i = list.length - 2; i >= 0; i -= 2) if (list[i] === name) list.splice(i, 2);
  }
  get(name) { return getHeader(this[hidden], headerName(name)); }
  getSetCookie() {
    const list = this[hidden], out = [];
    for (let i = 0; i < list.length; i += 2) if (list[i] === "set-cookie") out.push(list[i + 1]);
    return out;
  }
  has(name) { return getHeader(this[hidden], headerName(name)) !== null; }
  set(name, value) {
    name = headerName(name);
    value = headerValue(value);
    setHeader(this[hidden], name, value);
  }
  forEach(callback, self) { for (const [name, value] of this) callback.call(self, value, name, this); }
  *entries() {
    const names = [...new Set(this[hidden].filter((_, i) => i % 2 === 0))].sort();
    for (const name of names) {
      if (name === "set-cookie") for (const value of this.getSetCookie()) yield [name, value];
      else yield [name, this.get(name)];
    }
  }
  *keys() { for (const [name] of this.entries()) yield name; }
  *values() { for (const [, value] of this.entries()) yield value; }
  [Symbol.iterator]() { return this.entries(); }
}

function getHeader(list, name) {
  let found = null;
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] === name) found = found === null ? list[i + 1] : found + ", " + list[i + 1];
  }
  return found;
}

function setHeader(list, name, value) {
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] !== name) continue;
    list[i + 1] = value;
    for (let k = list.length - 2; k > i; k -= 2) if (list[k] === name) list.splice(k, 2);
    return;
  }
  list.push(name, value);
}

function fillHeaders(list, init) {
  if (init instanceof Headers) {
    const from = init[hidden];
    for (let i = 0; i < from.length; i++) list.push(from[i]);
  } else if (typeof init !== "object") {
    throw new TypeError("headers are an object, pairs or Headers");
  } else if (typeof init[Symbol.iterator] === "function") {
    for (const pair of init) {
      const [name, value, ...more] = pair;
      if (value === undefined || more.length) throw new TypeError("headers are pairs of a name and a value");
      list.push(headerName(name), headerValue(value));
    }
  } else {
    const names = Object.keys(init);
    for (let i = 0; i < names.length; i++) list.push(headerName(names[i]), headerValue(init[names[i]]));
  }
}

// readHeaders reads what the host wrote: names and values, a line each.
function readHeaders(raw) {
  const h = new Headers(), list = raw.split("\n");
  for (let i = 0; i + 1 < list.length; i += 2) h[hidden].push(list[i].toLowerCase(), list[i + 1]);
  return h;
}

tag(Headers);
