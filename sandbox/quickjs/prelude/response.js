// Response.

const withoutBody = { 101: 1, 204: 1, 205: 1, 304: 1 };
const redirects = { 301: 1, 302: 1, 303: 1, 307: 1, 308: 1 };

const textType = "text/plain;charset=UTF-8";

class Response {
  constructor(body, init) {
    if (init === undefined && typeof body === "string") { // as most are
      this[hidden] = { status: 200, body, type: textType };
      return;
    }
    if (init === hidden) {
      this[hidden] = body;
      return;
    }
    const s = this[hidden] = { status: 200, body: null, type: null };
    if (init !== undefined && init !== null) {
      if (init.status !== undefined) s.status = checkStatus(init.status);
      if (init.statusText !== undefined) s.statusText = headerValue(init.statusText);
      if (init.headers !== undefined) s.headers = new Headers(init.headers);
    }
    const type = setBody(s, body);
    if (s.body !== null && withoutBody[s.status]) throw new TypeError(`a response with status ${s.status} has no body`);
    if (type !== null && (s.headers === undefined || !s.headers.has("content-type"))) s.type = type;
  }
  get status() { return this[hidden].status; }
  get statusText() { return this[hidden].statusText || ""; }
  get ok() { return this.status >= 200 && this.status <= 299; }
  get url() { return this[hidden].url || ""; }
  get redirected() { return !!this[hidden].redirected; }
  get type() { return this[hidden].kind || "default"; }
  get headers() {
    const s = this[hidden];
    if (s.headers === undefined) s.headers = s.raw === undefined ? new Headers() : readHeaders(s.raw);
    if (s.type !== null) {
      s.headers[hidden].push("content-type", s.type);
      s.type = null;
    }
    return s.headers;
  }
  clone() {
    const s = this[hidden], other = { ...s, headers: new Headers(this.headers), type: null };
    cloneBody(s, other);
    return new Response(other, hidden);
  }
  static json(data, init) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("the value is not to be written as JSON");
    const r = new Response(text, init);
    const s = r[hidden];
    if (s.headers === undefined) s.type = "application/json";
    else if (s.type !== null) {
      s.type = null;
      s.headers.set("content-type", "application/json");
    }
    return r;
  }
  static redirect(url, status = 302) {
    if (!redirects[status]) throw new RangeError(`${status} is no status of a redirect`);
    return new Response(null, { status, headers: { location: new URL(url).href } });
  }
  static error() {
    const r = new Response();
    r[hidden].status = 0;
    r[hidden].kind = "error";
    return r;
  }
}

function checkStatus(status) {
  status = +status;
  if (!(status >= 200 && status <= 599) || status % 1) throw new RangeError("a status is a number from 200 to 599");
  return status;
}

mixBody(Response);
tag(Response);
