// ReadableStream with its default reader and controller.

class ReadableStream {
  constructor(source = {}, strategy = {}) {
    const s = this[hidden] = {
      source, queue: [], waiting: [], state: "readable", error: undefined, reader: null, ending: false,
      pulling: false, again: false, started: false, mark: strategy.highWaterMark === undefined ? 1 : +strategy.highWaterMark,
    };
    s.controller = new ReadableStreamDefaultController(hidden, s);
    const begun = typeof source.start === "function" ? source.start(s.controller) : undefined;
    promise.resolve(begun).then(() => {
      s.started = true;
      pullStream(s);
    }, (e) => errorStream(s, e));
  }
  get locked() { return this[hidden].reader !== null; }
  getReader() {
    if (this.locked) throw new TypeError("the stream is locked to a reader");
    return new ReadableStreamDefaultReader(this);
  }
  cancel(reason) {
    if (this.locked) return promise.reject(new TypeError("the stream is locked to a reader"));
    return cancelStream(this[hidden], reason);
  }
  tee() {
    const reader = this.getReader(), branches = [];
    let reading = null;
    const pull = () => reading || (reading = reader.read().then(({ value, done }) => {
      reading = null;
      for (const c of branches) if (!c.closed) done ? c.close() : c.enqueue(value);
    }, (e) => branches.forEach((c) => c.error(e))));
    const branch = () => new ReadableStream({ start(c) { branches.push(c); }, pull }, { highWaterMark: 0 });
    return [branch(), branch()];
  }
  async *values() {
    const reader = this.getReader();
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        yield value;
      }
    } finally {
      if (this[hidden].state === "readable") await cancelStream(this[hidden]);
      reader.releaseLock();
    }
  }
  [Symbol.asyncIterator]() { return this.values(); }
  static from(iterable) {
    const iterator = (iterable[Symbol.asyncIterator] || iterable[Symbol.iterator]).call(iterable);
    return new ReadableStream({
      async pull(c) {
        const { value, done } = await iterator.next();
        done ? c.close() : c.enqueue(value);
      },
      async cancel(reason) { if (iterator.return) await iterator.return(reason); },
    }, { highWaterMark: 0 });
  }
}

class ReadableStreamDefaultController {
  constructor(key, s) {
    if (key !== hidden) throw new TypeError("Illegal constructor");
    this[hidden] = s;
  }
  get desiredSize() {
    const s = this[hidden];
    return s.state === "errored" ? null : s.state === "closed" ? 0 : s.mark - s.queue.length;
  }
  get closed() { return this[hidden].state !== "readable" || this[hidden].ending; }
  enqueue(chunk) {
    const s = this[hidden];
    if (this.closed) throw new TypeError("the stream is closed");
    if (s.waiting.length) s.waiting.shift().resolve({ value: chunk, done: false });
    else s.queue.push(chunk);
    pullStream(s);
  }
  close() {
    const s = this[hidden];
    if (this.closed) throw new TypeError("the stream is closed");
    s.ending = true;
    if (!s.queue.length) closeStream(s);
  }
  error(e) { errorStream(this[hidden], e); }
}

class ReadableStreamDefaultReader {
  constructor(stream) {
    if (stream.locked) throw new TypeError("the stream is locked to a reader");
    this[hidden] = stream[hidden];
    this[hidden].reader = this;
    this.closed = new promise((resolve, reject) => { this[hidden].settle = { resolve, reject }; });
    this.closed.catch(noop);
    const s = this[hidden];
    if (s.state === "closed") s.settle.resolve();
    else if (s.state === "errored") s.settle.reject(s.error);
  }
  read() {
    const s = this[hidden];
    if (!s || s.reader !== this) return promise.reject(new TypeError("the reader has no stream"));
    if (s.queue.length) {
      const value = s.queue.shift();
      if (s.ending && !s.queue.length) closeStream(s);
      else pullStream(s);
      return promise.resolve({ value, done: false });
    }
    if (s.state === "closed") return promise.resolve({ value: undefined, done: true });
    if (s.state === "errored") return promise.reject(s.error);
    return new promise((resolve, reject) => {
      s.waiting.push({ resolve, reject });
      pullStream(s);
    });
  }
  cancel(reason) { return cancelStream(this[hidden], reason); }
  releaseLock() {
    const s = this[hidden];
    if (!s || s.reader !== this) return;
    s.reader = null;
    for (const w of s.waiting.splice(0)) w.reject(new TypeError("the reader was released"));
  }
}

function pullStream(s) {
  const wanted = s.waiting.length || s.queue.length < s.mark;
  if (!s.started || s.state !== "readable" || s.ending || !wanted || typeof s.source.pull !== "function") return;
  if (s.pulling) {
    s.again = true;
    return;
  }
  s.pulling = true;
  let pulled;
  try {
    pulled = s.source.pull(s.controller);
  } catch (e) {
    return errorStream(s, e);
  }
  promise.resolve(pulled).then(() => {
    s.pulling = false;
    if (s.again || s.waiting.length) {
      s.again = false;
      pullStream(s);
    }
  }, (e) => errorStream(s, e));
}

function closeStream(s) {
  s.state = "closed";
  for (const w of s.waiting.splice(0)) w.resolve({ value: undefined, done: true });
  if (s.settle) s.settle.resolve();
}

function errorStream(s, e) {
  if (s.state !== "readable") return;
  s.state = "errored";
  s.error = e;
  s.queue = [];
  for (const w of s.waiting.splice(0)) w.reject(e);
  if (s.settle) s.settle.reject(e);
}

async function cancelStream(s, reason) {
  if (s.state === "errored") throw s.error;
  if (s.state === "closed") return;
  s.queue = [];
  closeStream(s);
  if (typeof s.source.cancel === "function") await s.source.cancel(reason);
}

tag(ReadableStream);
tag(ReadableStreamDefaultReader);
tag(ReadableStreamDefaultController);
