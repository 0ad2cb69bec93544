// URLSearchParams, which may belong to a URL.

function escapeForm(text) { return escapeAll(text, "!\"#$%&'()+,/:;<=>?@[\\]^`{|}~").replaceAll("%20", "+"); }

function fillParams(p, text) {
  const list = p[hidden].list = [];
  for (const part of text.replace(/^\?/, "").split("&")) {
    if (part === "") continue;
    const at = part.indexOf("="), read = (v) => unescapeBytes(v.replaceAll("+", " "));
    list.push(at < 0 ? [read(part), ""] : [read(part.slice(0, at)), read(part.slice(at + 1))]);
  }
}

class URLSearchParams {
  constructor(init = "") {
    this[hidden] = { list: [], owner: null };
    const list = this[hidden].list;
    if (typeof init === "object" && init !== null && typeof init[Symbol.iterator] === "function") {
      for (const [name, value] of init) list.push([str(name), str(value)]);
    } else if (isObject(init)) {
      for (const name of Object.keys(init)) list.push([name, str(init[name])]);
    } else {
      fillParams(this, str(init));
    }
  }
  get size() { return this[hidden].list.length; }
  append(name, value) {
    this[hidden].list.push([str(name), str(value)]);
    changedParams(this);
  }
  delete(name, value) {
    const s = this[hidden];
    s.list = s.list.filter(([n, v]) => n !== str(name) || (value !== undefined && v !== str(value)));
    changedParams(this);
  }
  get(name) {
    const found = this[hidden].list.find(([n]) => n === str(name));
    return found ? found[1] : null;
  }
  getAll(name) { return this[hidden].list.filter(([n]) => n === str(name)).map(([, v]) => v); }
  has(name, value) { return this[hidden].list.some(([n, v]) => n === str(name) && (value === undefined || v === str(value))); }
  set(name, value) {
    const s = this[hidden], at = s.list.findIndex(([n]) => n === str(name));
    if (at < 0) s.list.push([str(name), str(value)]);
    else s.list = s.list.filter(([n], i) => n !== str(name) || i === at).map((p, i) => (i === at ? [p[0], str(value)] : p));
    changedParams(this);
  }
  sort() {
    this[hidden].list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    changedParams(this);
  }
  forEach(callback, self) { for (const [name, value] of this) callback.call(self, value, name, this); }
  *entries() { for (const [name, value] of this[hidden].list) yield [name, value]; }
  *keys() { for (const [name] of this[hidden].list) yield name; }
  *values() { for (const [, value] of this[hidden].list) yield value; }
  [Symbol.iterator]() { return this.entries(); }
  toString() { return this[hidden].list.map(([n, v]) => escapeForm(n) + "=" + escapeForm(v)).join("&"); }
}

function changedParams(p) {
  const { owner, list } = p[hidden];
  if (owner) owner.search = list.length ? "?" + p.toString() : "";
}

tag(URLSearchParams);
