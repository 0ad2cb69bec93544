// Bodies of requests and responses. A body is null, a string, bytes, a stream, or the number of a source, which is a body
// that the host reads piece by piece.

class Source {
  constructor(id) {
    this.id = id;
    forgotten.register(this, id);
  }
}

// forgotten lets go of bodies that nobody can read any more.
const forgotten = new FinalizationRegistry((id) => host.cancel(id));

// maxBody bounds what is read into memory as a whole.
const maxBody = config.maxBody;

// pull reads the next piece of a source: bytes, or null at its end.
function pull(source) { return ask((n) => host.pull(n, source.id)); }

function sourceStream(source) {
  return new ReadableStream({
    async pull(c) {
      const bytes = await pull(source);
      bytes === null ? c.close() : c.enqueue(bytes);
    },
    cancel() { host.cancel(source.id); },
  }, { highWaterMark: 0 });
}

// setBody takes what a program gives as a body into s, and returns its content type, or null.
function setBody(s, body) {
  if (body === null || body === undefined) return null;
  if (typeof body === "string") {
    s.body = body;
    return "text/plain;charset=UTF-8";
  }
  if (isObject(body)) {
    if (body instanceof ReadableStream) {
      if (body.locked) throw new TypeError("the stream is locked to a reader");
      s.body = body;
      return null;
    }
    if (body instanceof URLSearchParams) {
      s.body = body.toString();
      return "application/x-www-form-urlencoded;charset=UTF-8";
    }
    const bytes = bytesOf(body);
    if (bytes) {
      s.body = bytes.slice();
      return null;
    }
    if (typeof body[Symbol.asyncIterator] === "function") {
      s.body = ReadableStream.from(body);
      return null;
    }
  }
  s.body = str(body);
  return "text/plain;charset=UTF-8";
}

// take hands the body out, once.
function take(s) {
  const body = s.body;
  if (s.used || (typeof body === "object" && body instanceof ReadableStream && body.locked)) throw new TypeError("the body was read already");
  if (body !== null) s.used = true;
  return body;
}

// readAll reads a body as bytes.
async function readAll(s) {
  const body = take(s);
  if (body === null) return new uint8(0);
  if (typeof body === "string") return host.encode(body);
  if (body instanceof uint8) return body.slice();
  const list = [];
  let size = 0;
  const reader = body instanceof Source ? null : body.getReader();
  for (;;) {
    let chunk;
    if (reader) {
      const { value, done } = await reader.read();
      chunk = done ? null : toBytes(value);
    } else {
      chunk = await pull(body);
    }
    if (chunk === null) return joinBytes(list, size);
    size += chunk.byteLength;
    if (size > maxBody) {
      if (reader) reader.cancel().catch(noop);
      else host.cancel(body.id);
      throw failure("EMSGSIZE", `the body has more than ${maxBody} bytes; read it as a stream`);
    }
    list.push(chunk);
  }
}

async function readText(s) {
  if (typeof s.body === "string") return take(s);
  const text = host.decode(await readAll(s), false);
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

// bodyMembers are those of Request and Response alike.
const bodyMembers = {
  get body() {
    const s = this[hidden];
    if (s.body === null || s.body instanceof ReadableStream) return s.body;
    const first = s.body;
    const stream = first instanceof Source ? sourceStream(first) : new ReadableStream({
      start(c) {
        const bytes = toBytes(first);
        if (bytes.byteLength) c.enqueue(bytes);
        c.close();
      },
    });
    if (s.used) stream.getReader();
    return s.body = stream;
  },
  get bodyUsed() { return !!this[hidden].used; },
  async arrayBuffer() { return bufferOf(await readAll(this[hidden])); },
  async bytes() { return readAll(this[hidden]); },
  async text() { return readText(this[hidden]); },
  async json() { return JSON.parse(await readText(this[hidden])); },
  async formData() {
    const type = this.headers.get("content-type") || "";
    if (!/^application\/x-www-form-urlencoded\b/i.test(type)) throw new TypeError("only application/x-www-form-urlencoded is read as a form");
    return new URLSearchParams(await this.text());
  },
};

// mixBody gives a class the members of bodies. They are no common parent, since a constructor that calls another one costs
// as much as all else in it.
function mixBody(type) {
  for (const name of Object.keys(bodyMembers)) {
    Object.defineProperty(type.prototype, name, { ...Object.getOwnPropertyDescriptor(bodyMembers, name), enumerable: false });
  }
}

// cloneBody gives both sides a body of their own.
function cloneBody(from, to) {
  if (from.used || (from.body instanceof ReadableStream && from.body.locked)) throw new TypeError("the body was read already");
  if (from.body instanceof Source) from.body = sourceStream(from.body);
  if (from.body instanceof ReadableStream) [from.body, to.body] = from.body.tee();
  else to.body = from.body;
}
