// The conformance app of the kits: every kit serves these routes, and one table of tests checks them.

async function stored(request, url, { storage }) {
  const key = url.searchParams.get("key") ?? "";
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(key)) return new Response("key must be 1 to 64 of A-Z a-z 0-9 - _\n", { status: 400 });
  switch (request.method) {
    case "PUT":
      await storage.put(key, await request.arrayBuffer());
      return new Response(null, { status: 204 });
    case "DELETE":
      await storage.delete(key);
      return new Response(null, { status: 204 });
  }
  const value = await storage.get(key, "bytes");
  return value === null ? new Response("no such key\n", { status: 404 }) : new Response(value);
}

async function fetched(address) {
  try {
    const answer = await fetch(address);
    return Response.json({ status: answer.status, body: await answer.text() });
  } catch (e) {
    return Response.json({ error: e.code ?? String(e) }, { status: 502 });
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function* lines(n) {
  for (let i = 1; i <= n; i++) {
    if (i > 1) await pause(20);
    yield `line ${i}\n`;
  }
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const number = (name) => Number(url.searchParams.get(name)) || 0;
    switch (url.pathname) {
      case "/echo":
        return new Response(await request.arrayBuffer(), {
          headers: {
            "Content-Type": request.headers.get("Content-Type") ?? "application/octet-stream",
            "X-Method": request.method,
            "X-Path": url.pathname + url.search,
          },
        });
      case "/env":
        return Response.json({
          plugin: env.plugin.id, version: env.plugin.version, settings: env.settings,
          user: request.headers.get("X-AppZone-User") ?? "", role: request.headers.get("X-AppZone-Role") ?? "",
        });
      case "/identity":
        return env.identity(request).then((who) => Response.json(who), (e) => Response.json({ error: e.message }, { status: 403 }));
      case "/fetch":
        return fetched(url.searchParams.get("url"));
      case "/store":
        return stored(request, url, env);
      case "/slow":
        await pause(number("ms"));
        return new Response("slow");
      case "/stream":
        return new Response(ReadableStream.from(lines(number("n"))), { headers: { "Content-Type": "text/plain" } });
      case "/crash":
        console.error("about to crash");
        env.exit(3);
    }
    return new Response("not found\n", { status: 404 });
  },
};
