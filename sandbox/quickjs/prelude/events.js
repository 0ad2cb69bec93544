// Event, EventTarget, AbortController and AbortSignal: as much of them as a program without a page uses.

class Event {
  constructor(type, init) {
    this.type = str(type);
    this.cancelable = !!(init && init.cancelable);
    this.defaultPrevented = false;
    this.target = null;
  }
  preventDefault() { this.defaultPrevented = this.cancelable; }
}

class EventTarget {
  addEventListener(type, listener, options) {
    if (!listener) return;
    const all = this[hidden] || (this[hidden] = {}), list = all[type] || (all[type] = []);
    if (!list.some((l) => l.listener === listener)) list.push({ listener, once: !!(options && options.once) });
  }
  removeEventListener(type, listener) {
    const all = this[hidden];
    if (all && all[type]) all[type] = all[type].filter((l) => l.listener !== listener);
  }
  dispatchEvent(event) {
    event.target = this;
    const handler = this["on" + event.type], all = this[hidden], list = (all && all[event.type]) || [];
    if (typeof handler === "function") report(() => handler.call(this, event));
    for (const l of list.slice()) {
      if (l.once) this.removeEventListener(event.type, l.listener);
      report(() => (typeof l.listener === "function" ? l.listener.call(this, event) : l.listener.handleEvent(event)));
    }
    return !event.defaultPrevented;
  }
}

class AbortSignal extends EventTarget {
  constructor(key) {
    super();
    if (key !== hidden) throw new TypeError("Illegal constructor");
    this.aborted = false;
    this.reason = undefined;
    this.onabort = null;
  }
  throwIfAborted() { if (this.aborted) throw this.reason; }
  static abort(reason) {
    const s = new AbortSignal(hidden);
    abort(s, reason);
    return s;
  }
  static timeout(ms) {
    const s = new AbortSignal(hidden);
    setTimeout(() => abort(s, new DOMException("the time is up", "TimeoutError")), ms);
    return s;
  }
  static any(signals) {
    const s = new AbortSignal(hidden);
    for (const other of signals) {
      if (other.aborted) {
        abort(s, other.reason);
        break;
      }
      other.addEventListener("abort", () => abort(s, other.reason), { once: true });
    }
    return s;
  }
}

function abort(signal, reason) {
  if (signal.aborted) return;
  signal.aborted = true;
  signal.reason = reason === undefined ? new DOMException("the operation was aborted", "AbortError") : reason;
  signal.dispatchEvent(new Event("abort"));
}

class AbortController {
  constructor() { this.signal = new AbortSignal(hidden); }
  abort(reason) { abort(this.signal, reason); }
}

tag(Event);
tag(EventTarget);
tag(AbortSignal);
tag(AbortController);
