// Requests to the plugin: the host calls request, and the plugin's answer goes back with host.respond, or piece by piece.

let application = null;

// waits counts what a plugin asked to be waited for after its answers.
const context = {
  waitUntil(p) {
    host.hold(1);
    promise.resolve(p).then(() => host.hold(-1), (e) => {
      host.hold(-1);
      unhandled(e);
    });
  },
  passThroughOnException() {},
};

// request is called for each request. What it returns is the handler's promise, or its answer.
function request(method, url, raw, body) {
  const s = { method, url, body: typeof body === "number" ? new Source(body) : body, raw };
  return application.fetch(new Request(s, hidden), env, context);
}

// settle waits for a handler that has not answered yet.
function settle(id, result) {
  promise.resolve(result).then((r) => answer(id, r), (e) => fail(id, e));
}

function fail(id, e) { host.fail(id, explain(e)); }

// answer sends what a handler returned.
function answer(id, r) {
  const s = isObject(r) ? r[hidden] : undefined;
  if (s === undefined || !(s.status >= 200)) {
    fail(id, new TypeError(s && s.kind === "error" ? "the handler returned Response.error()" : `the handler returned ${describe(r, 1, [])} and not a Response`));
    return;
  }
  try {
    const body = take(s), headers = s.headers;
    let wire = s.type === null ? "" : s.type === textType ? textLine : "content-type\n" + s.type + "\n";
    if (headers !== undefined) {
      const list = headers[hidden];
      for (let i = 0; i < list.length; i++) wire += list[i] + "\n";
    } else if (s.raw !== undefined) {
      wire = s.raw;
    }
    if (body === null || typeof body === "string" || body instanceof uint8) host.respond(id, s.status, wire, body);
    else stream(id, s.status, wire, body instanceof Source ? sourceStream(body) : body);
  } catch (e) {
    fail(id, e);
  }
}

const textLine = "content-type\n" + textType + "\n";

async function stream(id, status, wire, body) {
  let reader;
  try {
    reader = body.getReader();
    if (!host.stream(id, status, wire)) { // nobody wants the body
      reader.cancel().catch(noop);
      return;
    }
  } catch (e) {
    fail(id, e);
    return;
  }
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const bytes = toBytes(value);
      const state = bytes.byteLength ? host.write(id, bytes) : 0;
      if (state === 2 || (state === 1 && !(await ask((n) => host.drained(n, id))))) {
        reader.cancel(new DOMException("the client is gone", "AbortError")).catch(noop);
        host.end(id, "");
        return;
      }
    }
    host.end(id, "");
  } catch (e) {
    reader.cancel(e).catch(noop);
    host.end(id, explain(e));
  }
}

// main takes the promise of the plugin's module.
function main(loading) {
  loading.then((module) => {
    const app = module.default;
    if (!isObject(app) || typeof app.fetch !== "function") {
      host.started("it has no default export with a function fetch: write export default { async fetch(request, env) {} }");
      return;
    }
    application = app;
    host.started("");
  }, (e) => host.started(explain(e)));
}

// stop calls the plugin's own stop, if it has one.
function stop() {
  if (!application || typeof application.stop !== "function") {
    host.stopped();
    return;
  }
  new promise((resolve) => resolve(application.stop(env))).then(() => host.stopped(), (e) => {
    host.log(2, "stop failed: " + explain(e));
    host.stopped();
  });
}
