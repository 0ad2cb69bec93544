// env: what a plugin has beside the web's interfaces.

const storage = {
  async get(key, type = "text") {
    const bytes = host.storage("get", str(key));
    if (bytes === null || type === "bytes") return bytes;
    if (type === "arrayBuffer") return bufferOf(bytes);
    const text = host.decode(bytes, false);
    return type === "json" ? JSON.parse(text) : text;
  },
  async put(key, value) {
    const bytes = typeof value === "string" ? host.encode(value) : bytesOf(value);
    if (!bytes) throw new TypeError("a value is a string, a buffer or a view; use JSON.stringify for others");
    host.storage("put", str(key), bytes);
  },
  async delete(key) { host.storage("delete", str(key)); },
  async list(options = {}) {
    const prefix = options.prefix === undefined ? "" : str(options.prefix), after = options.after === undefined ? "" : str(options.after);
    const limit = options.limit === undefined ? 1000 : Math.max(1, Math.min(1000, Math.floor(+options.limit) || 1));
    const found = host.storage("list", prefix, after, limit + 1);
    const keys = found === "" ? [] : found.split("\0");
    return { keys: keys.slice(0, limit), complete: keys.length <= limit };
  },
};

const files = {
  async get(path, type = "text") {
    const bytes = host.storage("file", str(path));
    return bytes === null || type === "bytes" ? bytes : host.decode(bytes, false);
  },
};

function freeze(v) {
  if (isObject(v) && !Object.isFrozen(v)) {
    Object.freeze(v);
    for (const key of Object.keys(v)) freeze(v[key]);
  }
  return v;
}

let settings;

const env = Object.freeze({
  plugin: Object.freeze({ id: config.id, version: config.version }),
  get settings() { // another object once they have changed
    const changed = host.settings();
    if (changed !== null) settings = freeze(JSON.parse(changed));
    return settings;
  },
  storage: Object.freeze(storage),
  files: Object.freeze(files),
  async identity(request) { // who makes it, as the host signed
    const token = typeof request === "string" ? request : request.headers.get("X-AppZone-Identity");
    return Object.freeze(JSON.parse(host.identity(token ?? "")));
  },
  exit(code = 0) { host.exit(+code | 0); },
});
