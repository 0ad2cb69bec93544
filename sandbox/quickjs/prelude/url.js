// URL, after the URL standard; hosts beyond ASCII have to be written in punycode.

const defaultPorts = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21", "file:": "" };
const special = (protocol) => Object.hasOwn(defaultPorts, protocol);

// Sets of characters that are escaped, beside controls and what is beyond ASCII.
const escapes = {
  fragment: " \"<>`", query: " \"#<>", specialQuery: " \"#<>'", path: " \"#<>?`{}^", user: " \"#<>?`{}/:;=@[\\]^|",
};

function escapeAll(text, set) {
  let out = "";
  for (const point of text) {
    const code = point.codePointAt(0);
    if (code > 32 && code < 127 && !set.includes(point)) out += point;
    else if (code > 127 || code < 33 || code === 127 || set.includes(point)) out += escapeOne(point);
  }
  return out;
}

function escapeOne(point) {
  const bytes = host.encode(point);
  let out = "";
  for (let i = 0; i < bytes.length; i++) out += "%" + (bytes[i] < 16 ? "0" : "") + bytes[i].toString(16).toUpperCase();
  return out;
}

const clean = /^[\x21\x23-\x3b\x3d\x3f-\x5d\x5f\x61-\x7a\x7c\x7e]*$/; // no quote, < > ^ ` { } and no space

function escapeSome(text, set) { return clean.test(text) && set !== escapes.user && !/[#?']/.test(text) ? text : escapeAll(text, set); }

function unescapeBytes(text) {
  if (!text.includes("%")) return text;
  const from = host.encode(text), out = new uint8(from.length);
  let n = 0;
  for (let i = 0; i < from.length; i++) {
    const hex = from[i] === 37 && i + 2 < from.length ? text16(from[i + 1], from[i + 2]) : -1;
    out[n++] = hex < 0 ? from[i] : hex;
    if (hex >= 0) i += 2;
  }
  return host.decode(out.subarray(0, n), false);
}

function text16(a, b) {
  const digit = (c) => (c >= 48 && c <= 57 ? c - 48 : c >= 65 && c <= 70 ? c - 55 : c >= 97 && c <= 102 ? c - 87 : -1);
  return digit(a) < 0 || digit(b) < 0 ? -1 : digit(a) * 16 + digit(b);
}

function parseHost(text, isSpecial) {
  if (text[0] === "[") {
    if (!text.endsWith("]")) throw 0;
    return "[" + parseIPv6(text.slice(1, -1)) + "]";
  }
  if (!isSpecial) {
    if (/[\0\t\n\r #/<>?@[\\\]^|]/.test(text)) throw 0;
    return escapeAll(text, "");
  }
  const name = unescapeBytes(text).toLowerCase();
  if (name === "" || /[^\x21-\x7e]|[#%/:<>?@[\\\]^`{|}]/.test(name)) throw 0;
  const parts = name.split(".");
  if (parts.length > 1 && parts[parts.length - 1] === "") parts.pop();
  return /^(\d+|0x[\da-f]*)$/.test(parts[parts.length - 1]) ? parseIPv4(parts) : name;
}

function parseIPv4(parts) {
  if (parts.length > 4) throw 0;
  const numbers = parts.map((p) => {
    if (p === "") throw 0;
    const n = /^0x[\da-f]*$/.test(p) ? parseInt(p.slice(2) || "0", 16) : /^0[0-7]*$/.test(p) ? parseInt(p, 8) : /^\d+$/.test(p) ? parseInt(p, 10) : NaN;
    if (isNaN(n)) throw 0;
    return n;
  });
  const last = numbers.pop();
  if (numbers.some((n) => n > 255) || last >= 256 ** (4 - numbers.length)) throw 0;
  const value = numbers.reduce((sum, n, i) => sum + n * 256 ** (3 - i), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function parseIPv6(text) {
  const tail = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (tail) {
    const n = tail.slice(2).map(Number);
    if (n.some((v, i) => v > 255 || str(v) !== tail[i + 2])) throw 0;
    text = tail[1] + (n[0] * 256 + n[1]).toString(16) + ":" + (n[2] * 256 + n[3]).toString(16);
  }
  const halves = text.split("::");
  if (halves.length > 2) throw 0;
  const read = (half) => (half === "" ? [] : half.split(":").map((g) => {
    if (!/^[\da-f]{1,4}$/i.test(g)) throw 0;
    return parseInt(g, 16);
  }));
  const left = read(halves[0]), right = halves.length === 2 ? read(halves[1]) : [];
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) throw 0;
  const groups = [...left, ...Array(halves.length === 2 ? missing : 0).fill(0), ...right];
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > best.length) best = { at: i, length: n };
    i += n;
  }
  const hex = (list) => list.map((g) => g.toString(16)).join(":");
  return best.at < 0 ? hex(groups) : hex(groups.slice(0, best.at)) + "::" + hex(groups.slice(best.at + best.length));
}

function parsePort(text, protocol) {
  if (text === "") return "";
  if (!/^\d+$/.test(text) || +text > 65535) throw 0;
  const port = str(+text);
  return port === defaultPorts[protocol] ? "" : port;
}

function readAuthority(u, text) {
  const at = text.lastIndexOf("@");
  if (at >= 0) {
    const user = text.slice(0, at), colon = user.indexOf(":");
    u.username = escapeSome(colon < 0 ? user : user.slice(0, colon), escapes.user);
    u.password = colon < 0 ? "" : escapeSome(user.slice(colon + 1), escapes.user);
    text = text.slice(at + 1);
  }
  const port = /:([^:\]]*)$/.exec(text);
  u.port = port ? parsePort(port[1], u.protocol) : "";
  if (port) text = text.slice(0, port.index);
  if (text === "" && (special(u.protocol) ? u.protocol !== "file:" : port || at >= 0)) throw 0;
  u.hostname = text === "" ? "" : parseHost(text, special(u.protocol));
  if (u.protocol === "file:" && u.hostname === "localhost") u.hostname = "";
  u.authority = true;
}

// normalPath resolves dots in path, which is below the folder of base where it is relative.
function normalPath(path, base, isSpecial) {
  if (isSpecial) path = path.replaceAll("\\", "/");
  const out = path[0] === "/" || base === null ? [] : base.split("/").slice(1, -1);
  const parts = (path[0] === "/" ? path.slice(1) : path).split("/");
  parts.forEach((part, i) => {
    const dots = part.replace(/%2e/gi, "."), last = i === parts.length - 1;
    if (dots === "..") {
      out.pop();
      if (last) out.push("");
    } else if (dots === ".") {
      if (last) out.push("");
    } else {
      out.push(escapeSome(part, escapes.path));
    }
  });
  return "/" + out.join("/");
}

function parseURL(input, base) {
  input = input.replace(/^[\0-\x20]+|[\0-\x20]+$/g, "").replace(/[\t\n\r]/g, "");
  const u = newParts("");
  const hash = input.indexOf("#");
  if (hash >= 0) {
    u.hash = input.length === hash + 1 ? "#" : "#" + escapeSome(input.slice(hash + 1), escapes.fragment);
    input = input.slice(0, hash);
  }
  const scheme = /^([a-z][a-z0-9+.-]*:)(.*)$/is.exec(input);
  let rest = input;
  if (scheme) {
    u.protocol = scheme[1].toLowerCase();
    rest = scheme[2];
    if (base && special(u.protocol) && base.protocol === u.protocol && !/^[/\\]/.test(rest)) return relativeURL(u, rest, base);
  } else if (!base) {
    throw 0;
  } else {
    u.protocol = base.protocol;
    if (base.opaque && input !== "") throw 0;
    return relativeURL(u, rest, base);
  }
  return absoluteURL(u, rest);
}

function absoluteURL(u, rest) {
  const isSpecial = special(u.protocol), slashes = isSpecial ? /^[/\\]*/.exec(rest)[0] : rest.startsWith("//") ? "//" : "";
  const mark = rest.indexOf("?");
  const query = mark < 0 ? null : rest.slice(mark + 1);
  if (mark >= 0) rest = rest.slice(0, mark);
  if (isSpecial || slashes) {
    if (u.protocol === "file:" && slashes.length !== 2) {
      u.authority = true;
      u.pathname = normalPath(rest.slice(slashes.length), null, true);
    } else {
      rest = rest.slice(slashes.length);
      const end = rest.search(isSpecial ? /[/\\]/ : /\//);
      readAuthority(u, end < 0 ? rest : rest.slice(0, end));
      const path = end < 0 ? "" : rest.slice(end);
      u.pathname = path === "" ? (isSpecial ? "/" : "") : normalPath(path, null, isSpecial);
    }
  } else if (rest[0] === "/") {
    u.pathname = normalPath(rest, null, false);
  } else {
    u.opaque = true;
    u.pathname = escapeAll(rest, "").replaceAll("%20", " ");
  }
  setQuery(u, query);
  return u;
}

function relativeURL(u, rest, base) {
  const isSpecial = special(base.protocol);
  if (/^\/\//.test(rest) || (isSpecial && /^[/\\]{2}/.test(rest))) return absoluteURL(u, rest);
  for (const key of ["username", "password", "hostname", "port", "authority", "opaque"]) u[key] = base[key];
  const mark = rest.indexOf("?"), path = mark < 0 ? rest : rest.slice(0, mark);
  u.pathname = path === "" ? base.pathname : normalPath(path, base.pathname, isSpecial);
  if (mark >= 0) setQuery(u, rest.slice(mark + 1));
  else u.search = path === "" ? base.search : "";
  return u;
}

function setQuery(u, query) {
  u.search = query === null || query === "" ? (query === null ? "" : "?") : "?" + escapeSome(query, special(u.protocol) ? escapes.specialQuery : escapes.query);
}

function formatURL(u) {
  let out = u.protocol;
  if (u.authority) {
    out += "//";
    if (u.username || u.password) out += u.username + (u.password ? ":" + u.password : "") + "@";
    out += u.hostname + (u.port && ":" + u.port);
  } else if (u.pathname.startsWith("//")) {
    out += "/.";
  }
  return out + u.pathname + u.search + u.hash;
}

class URL {
  constructor(input, base) {
    const u = readURL(input, base);
    if (!u) throw new TypeError(`${JSON.stringify(str(input)).slice(0, 200)} is no URL`);
    this[hidden] = u;
  }
  static canParse(input, base) { return readURL(input, base) !== null; }
  static parse(input, base) { return readURL(input, base) && new URL(input, base); }
  get href() { return formatURL(this[hidden]); }
  set href(v) { this[hidden] = new URL(v)[hidden]; }
  get origin() {
    const u = this[hidden];
    return special(u.protocol) && u.protocol !== "file:" ? u.protocol + "//" + this.host : "null";
  }
  get protocol() { return this[hidden].protocol; }
  set protocol(v) {
    const p = /^[a-z][a-z0-9+.-]*/i.exec(v), u = this[hidden];
    if (!p || special(p[0].toLowerCase() + ":") !== special(u.protocol)) return;
    u.protocol = p[0].toLowerCase() + ":";
    if (u.port === defaultPorts[u.protocol]) u.port = "";
  }
  get username() { return this[hidden].username; }
  set username(v) { this[hidden].username = escapeAll(str(v), escapes.user); }
  get password() { return this[hidden].password; }
  set password(v) { this[hidden].password = escapeAll(str(v), escapes.user); }
  get host() { return this[hidden].hostname + (this[hidden].port && ":" + this[hidden].port); }
  set host(v) { tryURL(this[hidden], (u) => readAuthority(u, str(v).replace(/[/?#\\].*$/s, ""))); }
  get hostname() { return this[hidden].hostname; }
  set hostname(v) { tryURL(this[hidden], (u) => { u.hostname = parseHost(str(v), special(u.protocol)); }); }
  get port() { return this[hidden].port; }
  set port(v) { tryURL(this[hidden], (u) => { u.port = parsePort(str(v), u.protocol); }); }
  get pathname() { return this[hidden].pathname; }
  set pathname(v) {
    const u = this[hidden];
    if (!u.opaque) u.pathname = normalPath(str(v), null, special(u.protocol));
  }
  get search() { return this[hidden].search.length > 1 ? this[hidden].search : ""; }
  set search(v) {
    v = str(v);
    setQuery(this[hidden], v === "" ? null : v.replace(/^\?/, ""));
    if (this[hidden].params) fillParams(this[hidden].params, this.search);
  }
  get searchParams() {
    const u = this[hidden];
    if (!u.params) {
      u.params = new URLSearchParams(this.search);
      u.params[hidden].owner = u;
    }
    return u.params;
  }
  get hash() { return this[hidden].hash.length > 1 ? this[hidden].hash : ""; }
  set hash(v) {
    v = str(v).replace(/^#/, "");
    this[hidden].hash = v && "#" + escapeAll(v, escapes.fragment);
  }
  toString() { return this.href; }
  toJSON() { return this.href; }
}

function newParts(protocol) {
  return { protocol, username: "", password: "", hostname: "", port: "", pathname: "", search: "", hash: "", authority: false, opaque: false };
}

// readURL returns the parts of a URL, or null.
function readURL(input, base) {
  try {
    if (typeof input === "string") {
      const u = plainURL(input);
      if (u !== null) return u;
    }
    const from = base === undefined ? null : base instanceof URL ? base[hidden] : parseURL(str(base), null);
    return parseURL(str(input), from);
  } catch (e) {
    if (e === 0) return null;
    throw e;
  }
}

// tryURL changes parts, or leaves them all as they were.
function tryURL(u, change) {
  if (u.opaque) return;
  const next = { ...u };
  try {
    change(next);
  } catch (e) {
    if (e !== 0) throw e;
    return;
  }
  Object.assign(u, next);
}

tag(URL);
