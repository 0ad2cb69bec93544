// The simulator: the shell around one page, and for a page on a development server the host, too. It has no rights of its own: an
// installed plugin is launched with the author's session or token.
import { attach } from "/sdk/shell.js";

const by = (id) => document.getElementById(id);
const opener = by("open"), screen = by("screen"), sender = by("event");
const kept = 500;
const samples = {
  screenPop: { callId: "c-1", from: "+49 30 1234567", name: "Ann Example" },
  "call.ringing": { callId: "c-1", from: "+49 30 1234567", queue: "Sales" },
  "call.answered": { callId: "c-1" },
  "call.ended": { callId: "c-1", seconds: 42 },
  "chat.message": { chatId: "m-1", from: "Ann", text: "Hello" },
};

let shown; // the page on the stage: its shell, and what kind it is

function log(who, what, more, refused) {
  const line = document.createElement("li");
  const mark = document.createElement("b");
  mark.textContent = `${new Date().toLocaleTimeString()} ${who} `;
  line.append(mark, `${what} ${more === undefined || more === null ? "" : JSON.stringify(more)}`);
  line.classList.toggle("refused", !!refused);
  by("log").append(line);
  while (by("log").children.length > kept) by("log").firstChild.remove();
  line.scrollIntoView({ block: "nearest" });
}

function jsonOf(field) {
  field.setCustomValidity("");
  try {
    return JSON.parse(field.value || "{}");
  } catch (error) {
    field.setCustomValidity(error.message);
    field.reportValidity();
    throw error;
  }
}

async function call(method, path, body) {
  const token = opener.token.value.trim();
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body), credentials: token ? "omit" : "same-origin" });
  const out = await answer.json();
  if (!answer.ok) throw new Error(answer.status === 401 ? `${out.detail} (or give a token here)` : out.detail);
  return out;
}

const screenNow = () => ({ theme: screen.theme.value, locale: screen.locale.value, visible: screen.visible.checked });

function factsNow() {
  return {
    member: { user: opener.user.value, role: opener.role.value, view: opener.view.value },
    plugin: { id: "simulated", version: "0.0.0" },
    settings: jsonOf(opener.settings),
    events: opener.events.value.split(/[\s,]+/).filter(Boolean),
  };
}

const does = {
  hello: () => {},
  badge(n) {
    by("badge").textContent = n;
    by("badge").hidden = n === null;
  },
  notify({ title, body, level, tag }) {
    const note = document.createElement("p");
    note.className = level;
    note.textContent = body ? `${title}\n${body}` : title;
    note.dataset.tag = tag;
    const former = tag && [...by("notifications").children].find((other) => other.dataset.tag === tag);
    if (former) former.replaceWith(note);
    else by("notifications").append(note);
    while (by("notifications").children.length > 5) by("notifications").firstChild.remove();
  },
  resize: ({ height }) => (shown.frame.style.height = `${height}px`),
  navigate: () => {}, // the log shows where; whether to go there is for a console to decide
};

function show({ url, origin, sandbox, allow }, facts) {
  shown?.shell.close();
  by("notifications").replaceChildren();
  does.badge(null);
  const frame = document.createElement("iframe");
  frame.title = "The plugin's page";
  Object.assign(frame, { sandbox, allow });
  by("frame").replaceChildren(frame);
  const shell = attach(frame, {
    ...screenNow(), origin, facts,
    onMessage(type, value) {
      log("page", type, value);
      does[type](value);
    },
    onRefused: (reason) => log("page", "a message that does not count:", reason, true),
  });
  shown = { shell, frame, simulated: !!facts };
  frame.src = url;
  by("name").textContent = url.replace(/\?.*/, "");
  log("simulator", "opened", { origin });
}

async function openPage() {
  if (opener.from.value === "server") {
    const url = new URL(opener.url.value);
    if (!["localhost", "127.0.0.1"].includes(url.hostname)) throw new Error("a development server is on localhost or 127.0.0.1");
    const sandbox = "allow-scripts allow-same-origin allow-forms allow-popups allow-modals allow-downloads"; // never the top window
    return show({ url: url.href, origin: url.origin, sandbox, allow: "" }, factsNow());
  }
  const page = await call("POST", `/plugins/${encodeURIComponent(opener.plugin.value.trim())}/launch`, { view: opener.view.value });
  if (page.external) throw new Error(`this view is a page of another site: ${page.url}`);
  show(page);
}

async function sendEvent() {
  const type = sender.type.value.trim(), data = jsonOf(sender.data);
  if (!shown) throw new Error("open a page first");
  if (shown.simulated) return shown.shell.event(type, data), log("simulator", type, data);
  const { user } = await call("GET", "/me");
  log("simulator", `${type} by the host to ${user}:`, await call("POST", "/events/desktop", { type, users: [user], data }));
}

const reporting = (work) => (e) => {
  e.preventDefault();
  Promise.resolve().then(work).catch((error) => log("simulator", error.message, undefined, true));
};
opener.addEventListener("submit", reporting(openPage));
sender.addEventListener("submit", reporting(sendEvent));
for (const field of ["theme", "locale", "visible"]) {
  screen[field].addEventListener("change", () => {
    const change = { [field]: screenNow()[field] };
    shown?.shell.set(change);
    log("simulator", "screen", change);
  });
}
screen.width.addEventListener("change", () => (by("frame").className = screen.width.value && `wide-${screen.width.value}`));
const sample = () => (sender.data.value = JSON.stringify(samples[sender.type.value] ?? {}, null, 1));
sender.type.addEventListener("change", sample);
by("clear").addEventListener("click", () => by("log").replaceChildren());
sample();
call("GET", "/me/sidebar").then(
  ({ items }) => by("plugins").append(...items.map((p) => Object.assign(document.createElement("option"), { value: p.id, label: p.name }))),
  () => {}, // nobody is logged in
);
