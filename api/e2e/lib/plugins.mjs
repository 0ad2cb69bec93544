// Plugins that the tests install.

// What every page of them has: a picture that is there only if it came.
const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"><rect width="7" height="7"/></svg>`;

// page writes a page whose parts all have to be fetched: a style sheet, a picture, a script, and a module that imports another.
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>probe</title>
<link rel="stylesheet" href="parts/style.css">
<img src="parts/picture.svg" alt="">
<p id="text">text</p>
<script src="parts/classic.js"></script>
<script type="module" src="parts/main.mjs"></script>
</html>
`;

const parts = {
  "parts/style.css": `@font-face { font-family: probe; src: url(nothing.woff2); } #text { color: rgb(1, 2, 3); }`,
  "parts/picture.svg": picture,
  "parts/classic.js": `globalThis.classic = true;`,
  "parts/part.mjs": `export const part = "imported";`,
  "parts/main.mjs": `
import { part } from "./part.mjs";
const found = { part, classic: globalThis.classic === true, origin: globalThis.origin };
const json = await fetch("parts/data.json").then((r) => r.json());
found.fetched = json.value;
found.lazy = (await import("./part.mjs?again")).part;
const style = () => getComputedStyle(document.getElementById("text")).color;
const image = document.images[0];
await new Promise((done) => (document.readyState === "complete" ? done() : addEventListener("load", done)));
found.style = style();
found.image = image.naturalWidth;
globalThis.found = found;
`,
  "parts/data.json": `{"value": 42}`,
};

const under = (folder, files) => Object.fromEntries(Object.entries(files).map(([name, text]) => [folder + name, text]));

// An html plugin with everything in it.
export const pages = (name = "Pages", more = {}) => [
  { name, version: "1.0.0", description: "Pages of a test", type: "html", parameters: { views: { admin: "ui/index.html", agent: "ui/agent.html" }, ...more } },
  under("ui/", { "index.html": page, "agent.html": "<!doctype html><title>agent</title><h1>agent</h1>", ...parts }),
];

// A Node plugin with the same pages and a program behind them.
export const probe = (name = "Probe", more = {}) => [
  {
    name, version: "1.0.0", description: "Pages and a program of a test", type: "script",
    parameters: { scriptName: "probe", scriptPath: "server/index.js", permissions: {}, views: { admin: "ui/index.html", agent: "ui/index.html" }, ...more },
  },
  { "server/index.js": server, ...under("ui/", { "index.html": page, ...parts }) },
];

const server = `
const http = require("node:http");
const crypto = require("node:crypto");
const seen = [];
const server = http.createServer((req, res) => {
  seen.push(req.method + " " + req.url + " " + (req.headers.cookie || ""));
  if (req.url === "/events") {
    res.writeHead(200, { "content-type": "text/event-stream" });
    const timer = setInterval(() => res.write("data: tick\\n\\n"), 50);
    return req.on("close", () => clearInterval(timer));
  }
  if (req.url === "/seen") return res.end(JSON.stringify(seen));
  if (req.url === "/cookies") {
    res.setHeader("set-cookie", ["own=1; Path=/", "appzone_session=tossed; Path=/", "AppZone_Session=tossed; Path=/", "wide=1; Domain=" + (req.headers["x-forwarded-host"] || "").replace(/:.*/, "").split(".").slice(-2).join(".") + "; Path=/"]);
    return res.end(req.headers.cookie || "");
  }
  let body = "";
  req.on("data", (d) => (body += d));
  req.on("end", () => {
    res.setHeader("content-type", "application/json");
    res.end(JSON.stringify({ method: req.method, url: req.url, body, user: req.headers["x-appzone-user"], role: req.headers["x-appzone-role"],
      cookie: req.headers.cookie || "", custom: req.headers["x-custom"] || "", prefix: req.headers["x-forwarded-prefix"] || "" }));
  });
});
server.on("upgrade", (req, socket) => {
  seen.push("UPGRADE " + req.url);
  const accept = crypto.createHash("sha1").update(req.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
  const text = Buffer.from("hello " + req.headers["x-appzone-user"]);
  socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
  socket.on("error", () => {});
});
server.listen(3000);
`;
