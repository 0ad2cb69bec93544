// Request.

const bare = { GET: 1, HEAD: 1 };

function methodName(method) {
  const text = str(method);
  if (!tokenPattern.test(text) || text.length > 32) throw new TypeError(`${JSON.stringify(text)} is no method`);
  const upper = text.toUpperCase();
  return /^(DELETE|GET|HEAD|OPTIONS|POST|PUT)$/.test(upper) ? upper : text;
}

class Request {
  constructor(input, init) {
    if (init === hidden) { // the host's own: everything is there, and little is looked at
      this[hidden] = input;
      return;
    }
    init = init === undefined || init === null ? {} : init;
    const s = this[hidden] = { method: "GET", url: "", body: null, raw: "" };
    if (input instanceof Request) {
      const from = input[hidden];
      s.method = from.method;
      s.url = from.url;
      s.headers = new Headers(input.headers);
      s.signal = from.signal;
      s.redirect = from.redirect;
      if (init.body === undefined || init.body === null) {
        s.body = take(from);
      }
    } else {
      s.url = new URL(input).href;
    }
    if (init.method !== undefined) s.method = methodName(init.method);
    if (init.headers !== undefined) s.headers = new Headers(init.headers);
    if (!s.headers) s.headers = new Headers();
    if (init.signal !== undefined) s.signal = init.signal;
    if (init.redirect !== undefined) s.redirect = str(init.redirect);
    if (init.body !== undefined && init.body !== null) {
      if (bare[s.method]) throw new TypeError(`a ${s.method} request has no body`);
      const type = setBody(s, init.body);
      if (type && !s.headers.has("content-type")) s.headers.set("content-type", type);
    }
  }
  get method() { return this[hidden].method; }
  get url() { return this[hidden].url; }
  get headers() {
    const s = this[hidden];
    return s.headers || (s.headers = readHeaders(s.raw));
  }
  get redirect() { return this[hidden].redirect || "follow"; }
  get signal() {
    const s = this[hidden];
    return s.signal || (s.signal = new AbortSignal(hidden));
  }
  clone() {
    const s = this[hidden], other = { ...s, headers: new Headers(this.headers) };
    cloneBody(s, other);
    return new Request(other, hidden);
  }
}

mixBody(Request);
tag(Request);
