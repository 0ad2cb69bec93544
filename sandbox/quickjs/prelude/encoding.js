// TextEncoder and TextDecoder, for UTF-8 alone.

class TextEncoder {
  get encoding() { return "utf-8"; }
  encode(text = "") { return host.encode(str(text)); }
  encodeInto(text, target) {
    text = str(text);
    let read = 0, written = 0;
    for (const point of text) {
      const bytes = host.encode(point);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += point.length;
    }
    return { read, written };
  }
}

class TextDecoder {
  constructor(label = "utf-8", options = {}) {
    label = str(label).trim().toLowerCase();
    if (label !== "utf-8" && label !== "utf8" && label !== "unicode-1-1-utf-8") {
      throw new RangeError(`the encoding ${label} is not supported; utf-8 is`);
    }
    this[hidden] = { fatal: !!options.fatal, bom: !!options.ignoreBOM, rest: null, begun: false };
  }
  get encoding() { return "utf-8"; }
  get fatal() { return this[hidden].fatal; }
  get ignoreBOM() { return this[hidden].bom; }
  decode(input, options) {
    const s = this[hidden];
    let bytes = input === undefined ? new uint8(0) : bytesOf(input);
    if (!bytes) throw new TypeError("decode takes a buffer or a view");
    if (s.rest) {
      bytes = joinBytes([s.rest, bytes], s.rest.length + bytes.length);
      s.rest = null;
    }
    const more = !!(options && options.stream);
    if (more) {
      const keep = incomplete(bytes);
      if (keep) {
        s.rest = bytes.slice(bytes.length - keep);
        bytes = bytes.subarray(0, bytes.length - keep);
      }
    }
    let text = host.decode(bytes, s.fatal);
    if (text === null) throw new TypeError("the bytes are no UTF-8");
    if (!s.begun && !s.bom && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    s.begun = more && (s.begun || text.length > 0);
    return text;
  }
}

// incomplete counts the bytes at the end that begin a character and do not end it.
function incomplete(bytes) {
  for (let n = 1; n <= 3 && n <= bytes.length; n++) {
    const b = bytes[bytes.length - n];
    if ((b & 0xc0) === 0x80) continue;
    const need = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
    return need > n ? n : 0;
  }
  return 0;
}

tag(TextEncoder);
tag(TextDecoder);
