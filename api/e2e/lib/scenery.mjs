// What a host looks like after some weeks of use: plugins of each kind, members, a profile, a token and a history.
import http from "node:http";
import { adminPassword } from "./appzone.mjs";

const server = (page, extra = "") => `
const http = require("http");
const fs = require("fs");
http.createServer((q, r) => {
  if (q.url === "/boom") { console.error("\\u001b[31mError: the CRM answered 503\\u001b[0m"); r.statusCode = 500; return r.end(); }
  console.log("\\u001b[32mGET\\u001b[0m", q.url, q.headers["x-appzone-user"] ?? "-");
  r.setHeader("content-type", "text/html");
  r.end(${JSON.stringify(page)});
}).listen(9006, () => console.log("listening on 9006"));
${extra}`;

const notesPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Call Notes</title><style>body{font:15px system-ui;margin:0;padding:28px;background:#f6f8fc;color:#1c2333}
h1{font-size:20px;margin:0 0 16px}.c{background:#fff;border:1px solid #dfe4ee;border-radius:10px;padding:14px 18px;margin:10px 0;max-width:720px}b{display:block;margin-bottom:4px}small{color:#5b6478}textarea{width:100%;box-sizing:border-box;min-height:80px;border:1px solid #c9d0de;border-radius:8px;padding:10px;font:inherit}</style>
<h1>Notes of today</h1><div class="c"><b>+1 202 555 0143 · Customer 4711</b>Wants the invoice of March again; sent by mail. <small>10:42</small></div>
<div class="c"><b>+44 20 7946 0018 · Unknown</b>Asked for the delivery date; call back on Friday. <small>11:05</small></div><div class="c"><b>Present call</b><textarea aria-label="Note" placeholder="Write while you listen"></textarea></div>`;

const script = (name, icon, description, parameters = {}, more = {}) => ({ name, version: "1.4.2", description, icon, type: "script", author: { name: "Zone Works", website: "https://zoneworks.example" }, parameters: { scriptName: name.toLowerCase().replaceAll(" ", "-"), scriptPath: "app.js", permissions: {}, ...parameters }, ...more });
const pages = (name, icon, description, sidebar = "always") => ({ name, version: "2.0.0", description, icon, type: "html", sidebar, author: { name: "Zone Works" }, parameters: { views: { admin: "index.html", agent: "index.html" } } });

const settings = {
  type: "object",
  required: ["crmUrl"],
  properties: {
    crmUrl: { type: "string", format: "uri", title: "Address of the CRM", default: "https://crm.example.com", description: "Where notes are kept." },
    apiKey: { type: "string", title: "API key", writeOnly: true },
    language: { type: "string", title: "Language of the notes", enum: ["en", "it", "de"], default: "en" },
    keepDays: { type: "integer", title: "Days to keep notes", minimum: 1, maximum: 365, default: 90 },
    autosave: { type: "boolean", title: "Save while typing", default: true },
    queues: { type: "array", title: "Queues", items: { type: "string" }, default: ["sales", "support"] },
  },
};

// fill makes it, and returns who can log in, by name. What the host tells of events goes to a receiver that ends with t.
export async function fill(t, host) {
  const receiver = http.createServer((q, r) => q.resume().on("end", () => r.end()));
  await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
  t.after(() => receiver.close());
  const people = { admin: { username: "admin", password: adminPassword }, desk1: { username: "desk1", password: "a password of desk1" } };
  const notes = (version, outbound) => script("Call Notes", "icon-note-text", "Notes beside a call, kept in the CRM and found again by number.", { settings, permissions: { network: { outbound }, browser: ["clipboard-write"], desktop: ["call.*"] } }, { version });
  await host.install(notes("1.3.0", ["crm.example.com:443"]), { "app.js": server(notesPage) });
  await host.install(notes("1.4.2", ["crm.example.com:443", "search.example.com:443"]), { "app.js": server(notesPage), "lib/crm.js": "module.exports = {};", "pages/help.html": "<h1>Help</h1>", "README.md": "# Call Notes" });
  await host.call("PUT", "/plugins/call-notes/settings", { crmUrl: "https://crm.example.com", apiKey: "not a real key", language: "it", keepDays: 180 });
  await host.install(pages("Wiki", "icon-book-open-variant", "The team's wiki, beside the calls."), { "index.html": "<h1>Wiki</h1>" });
  await host.install(script("Wallboard", "icon-monitor", "Queues and agents on one big screen."), { "app.js": server("<h1>Wallboard</h1>") });
  await host.install(script("Telegram Inbox", "icon-telegram", "Chats of Telegram in the agents' inbox.", { permissions: { network: { outbound: ["api.telegram.org:443"] } } }), { "app.js": server("<h1>Telegram</h1>") });
  await host.install(script("Broken Importer", "icon-database-plus", "Reads contacts from a database each night.", { restart: { policy: "never" } }), { "app.js": `console.log("reading contacts"); setTimeout(() => { console.error("Error: connect ECONNREFUSED 10.0.0.12:1433"); process.exit(1); }, 1500); require("http").createServer((q, r) => r.end()).listen(9006)` });
  await host.call("POST", "/plugins/wallboard/stop?wait=true");
  await host.upload(script("CRM Bridge", "icon-transfer", "Keeps contacts of the CRM and of the telephone system alike.", {
    settings: { type: "object", properties: {} },
    permissions: { network: { outbound: ["crm.example.com:443", "*.zoneworks.example:443", "10.0.0.0/8:5038"] }, plugins: ["call-notes"], public: [{ path: "/webhook", methods: ["POST"] }], browser: ["microphone", "popups"] },
  }), { "app.js": server("<h1>CRM Bridge</h1>") });

  await host.call("POST", "/profiles", { name: "Inbound team", role: "agent", plugins: ["call-notes", "wiki", "wallboard"] });
  const profile = (await host.call("GET", "/profiles")).items[0].id;
  await host.call("POST", "/staff", { ...people.desk1, role: "agent", profile, plugins: ["telegram-inbox"] });
  for (const [username, role] of [["desk2", "agent"], ["desk3", "agent"], ["backoffice", "user"], ["teamlead", "admin"]]) await host.call("POST", "/staff", { username, password: `a password of ${username}`, role, ...(role === "agent" ? { profile } : {}) });
  await host.call("POST", "/staff", { username: "deployer", kind: "service", role: "admin" });
  await host.call("POST", "/trusted-keys", { name: "Zone Works", publicKey: (await host.keygen("zoneworks")).publicKey });
  await host.call("POST", "/trusted-keys", { name: "A publisher who lost their key", publicKey: (await host.keygen("lost")).publicKey, revoked: true, revokedReason: "stolen with a notebook" });
  await host.call("POST", "/webhooks", { url: `http://localhost:${receiver.address().port}/alerts`, events: ["plugin.state", "job.ended"] });
  await host.call("POST", "/webhooks", { url: "https://chat.example.com/hooks/app-zone", events: ["plugin.installed"], enabled: false });
  await host.call("POST", "/tokens", { name: "Monitoring", scopes: ["plugins:read", "metrics:read"], expiresInSeconds: 90 * 86_400 });
  await use(host, 1);
  return people;
}

// use asks the plugins for seconds as members would, in waves.
export async function use(host, seconds) {
  const end = Date.now() + seconds * 1000;
  for (let n = 0; Date.now() < end; n++) {
    await fetch(`${host.url}/apps/call-notes/${n % 40 ? `notes/${n % 900}` : "boom"}`, { headers: { authorization: `Bearer ${host.token}` } }).then((r) => r.arrayBuffer(), () => {});
    await new Promise((done) => setTimeout(done, 25 + 20 * (1 + Math.sin(n / 150))));
  }
}
