// A guest book: who asks is greeted, and may leave a line.

const maxEntries = 100;
const maxLength = 500;

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text) => text.replace(/[&<>"]/g, (c) => escapes[c]);

async function entries({ storage }) {
  const { keys } = await storage.list({ prefix: "entry/" });
  return Promise.all(keys.reverse().slice(0, maxEntries).map((key) => storage.get(key, "json")));
}

async function page(user, env) {
  const rows = (await entries(env)).map(({ from, text }) => `<li><b>${escape(from)}</b>: ${escape(text)}</li>`);
  const greeting = env.settings.greeting ?? "Hello";
  const html = `<!doctype html>
<title>Guest book</title>
<h1>${escape(greeting)}, ${escape(user)}!</h1>
<form method="post"><input name="text" maxlength="${maxLength}" required> <button>Sign</button></form>
<ul>
${rows.join("\n")}
</ul>
`;
  return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

// Keys are in the order of time, so the oldest entries come first.
async function sign(user, request, { storage }) {
  const text = (await request.formData()).get("text")?.trim().slice(0, maxLength);
  if (!text) return new Response("text is missing\n", { status: 400 });
  const key = `entry/${Date.now().toString().padStart(15, "0")}/${crypto.randomUUID()}`;
  await storage.put(key, JSON.stringify({ from: user, text }));
  const { keys } = await storage.list({ prefix: "entry/" });
  for (const old of keys.slice(0, Math.max(keys.length - maxEntries, 0))) await storage.delete(old);
  return new Response(null, { status: 303, headers: { Location: "./" } });
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const user = request.headers.get("X-AppZone-User") ?? "stranger";
    if (pathname === "/entries") return Response.json(await entries(env));
    if (pathname !== "/") return new Response("not found\n", { status: 404 });
    return request.method === "POST" ? sign(user, request, env) : page(user, env);
  },
};
