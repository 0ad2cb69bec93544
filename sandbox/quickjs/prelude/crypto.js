// crypto: random numbers, digests and HMAC. The host computes.

const digests = { "SHA-1": 1, "SHA-256": 2, "SHA-384": 3, "SHA-512": 4 };

function digestNumber(algorithm) {
  const name = str(isObject(algorithm) ? algorithm.name : algorithm).toUpperCase();
  if (!Object.hasOwn(digests, name)) throw new DOMException(`the digest ${name} is not supported`, "NotSupportedError");
  return digests[name];
}

class CryptoKey {
  constructor(key, s, extractable, usages) {
    if (key !== hidden) throw new TypeError("Illegal constructor");
    this[hidden] = s;
    this.type = "secret";
    this.extractable = extractable;
    this.algorithm = Object.freeze({ name: "HMAC", hash: Object.freeze({ name: s.hash }), length: s.secret.length * 8 });
    this.usages = Object.freeze([...usages]);
  }
}

function data(v) {
  const bytes = bytesOf(v);
  if (!bytes) throw new TypeError("data is a buffer or a view");
  return bytes;
}

function isHMAC(algorithm) {
  const name = str(isObject(algorithm) ? algorithm.name : algorithm).toUpperCase();
  if (name !== "HMAC") throw new DOMException(`the algorithm ${name} is not supported; HMAC is`, "NotSupportedError");
}

function mac(algorithm, key, usage, message) {
  isHMAC(algorithm);
  if (!(key instanceof CryptoKey) || !key.usages.includes(usage)) throw new DOMException(`the key is not for ${usage}`, "InvalidAccessError");
  return host.hmac(digests[key[hidden].hash], key[hidden].secret, data(message));
}

const subtle = {
  async digest(algorithm, message) { return bufferOf(host.digest(digestNumber(algorithm), data(message))); },
  async importKey(format, secret, algorithm, extractable, usages) {
    if (format !== "raw") throw new DOMException("keys are imported raw", "NotSupportedError");
    isHMAC(algorithm);
    digestNumber(algorithm.hash);
    const hash = str(isObject(algorithm.hash) ? algorithm.hash.name : algorithm.hash).toUpperCase();
    return new CryptoKey(hidden, { secret: data(secret).slice(), hash }, !!extractable, usages);
  },
  async exportKey(format, key) {
    if (format !== "raw" || !(key instanceof CryptoKey)) throw new DOMException("keys are exported raw", "NotSupportedError");
    if (!key.extractable) throw new DOMException("the key is not extractable", "InvalidAccessError");
    return key[hidden].secret.slice().buffer;
  },
  async sign(algorithm, key, message) { return bufferOf(mac(algorithm, key, "sign", message)); },
  async verify(algorithm, key, signature, message) {
    const want = mac(algorithm, key, "verify", message), got = data(signature);
    let difference = want.length ^ got.length;
    for (let i = 0; i < want.length; i++) difference |= want[i] ^ got[i % (got.length || 1)];
    return difference === 0;
  },
};

const crypto = {
  subtle,
  getRandomValues(view) {
    if (!isView(view) || view instanceof DataView || view instanceof Float32Array || view instanceof Float64Array) {
      throw new DOMException("random values go into an array of integers", "TypeMismatchError");
    }
    if (view.byteLength > 65536) throw new DOMException("at most 65536 bytes at once", "QuotaExceededError");
    const bytes = bytesOf(view);
    bytes.set(host.random(bytes.length));
    return view;
  },
  randomUUID() {
    const b = host.random(16);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    let hex = "";
    for (let i = 0; i < 16; i++) hex += (i === 4 || i === 6 || i === 8 || i === 10 ? "-" : "") + (b[i] < 16 ? "0" : "") + b[i].toString(16);
    return hex;
  },
};

tag(CryptoKey);
