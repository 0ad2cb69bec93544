// fetch: the host makes the exchange, under the addresses that the plugin was granted.

async function fetch(input, init) {
  const request = new Request(input, init), s = request[hidden];
  const url = new URL(s.url);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new TypeError(`fetch takes http and https, and not ${url.protocol}`);
  if (url.username || url.password) throw new TypeError("a URL with a password in it is not fetched; set the header authorization");
  if (s.signal) s.signal.throwIfAborted();
  const body = s.body === null ? undefined : typeof s.body === "string" ? take(s) : await readAll(s);
  url.hash = "";
  const list = request.headers[hidden];
  let wire = "";
  for (let i = 0; i < list.length; i++) wire += list[i] + "\n";
  if (s.signal) s.signal.throwIfAborted();
  return exchange(request, url.href, wire, body);
}

function exchange(request, url, wire, body) {
  const s = request[hidden];
  let number, source, over = false;
  const onabort = () => {
    over = true;
    const p = pending.get(number);
    pending.delete(number);
    if (p) p.reject(s.signal.reason);
    host.abort(number);
  };
  const done = () => s.signal && source === undefined && s.signal.removeEventListener("abort", onabort);
  if (s.signal) s.signal.addEventListener("abort", onabort, { once: true });
  return ask((id) => {
    number = id;
    host.fetch(id, s.method, url, wire, body, request.redirect);
  }).then((r) => {
    source = r.body instanceof Source ? r.body : undefined;
    done();
    return new Response({ type: null, kind: "basic", ...r }, hidden);
  }, (e) => {
    done();
    throw over ? s.signal.reason : e;
  });
}

// fetched is called with an answer. Its body is bytes, or the number of a source.
function fetched(id, status, statusText, url, redirected, raw, body) {
  if (withoutBody[status]) body = null;
  answered(id, { status, statusText, url, redirected, raw, body: typeof body === "number" ? new Source(body) : body });
}
