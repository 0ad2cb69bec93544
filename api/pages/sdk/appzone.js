// App Zone's page kit: what a page of a plugin knows, and what it can do. Types: appzone.d.ts. Guide: docs/page-kit.md.
//
// What matters (the member, the settings, desktop events) comes from the host, over HTTP. The window around the page, the shell, is
// told and tells what concerns the screen alone. Its messages count by source and origin.

const loopback = ["localhost", "127.0.0.1", "[::1]"];
const own = ["theme", "locale", "visibility", "navigate", "lost"];
const desktop = /^(screenPop|(call|chat)\.([a-z][A-Za-z0-9]*|\*))$/;
const sandboxed = self.origin === "null";
let zone;

/** Resolves, once for the page, to what the page knows and can do. */
export function appzone() {
  return (zone ??= start().catch((error) => {
    zone = undefined; // the next call tries again
    throw error;
  }));
}

// The base of the page's plugin. A page without an origin of its own has it in the path, behind what opened it.
function baseOf() {
  const path = sandboxed && /^\/pages\/[^/]+\/[^/]+\//.exec(location.pathname);
  return location.origin + (path ? path[0] : "/");
}

// The host's facts about this page, or null where no host answers.
async function factsOf(base) {
  const answer = await fetch(`${base}.appzone/page`, { cache: "no-store" });
  if (!/json/.test(answer.headers.get("content-type"))) return null;
  const body = await answer.json();
  if (!answer.ok) throw new Error(`App Zone: ${body.detail}`);
  return body;
}

async function start() {
  const base = baseOf();
  const facts = await factsOf(base);
  if (facts) {
    const shell = new Shell((origin) => origin === facts.shell, [facts.shell]);
    await shell.greet(300);
    return zoneOf(base, facts, shell);
  }
  // A development server: a simulator on this machine, or where this file comes from, may play the host. No host leads here: it
  // answers in JSON, whatever it answers.
  const home = new URL(import.meta.url).origin;
  const near = (origin) => origin === home || (/^https?:/.test(origin) && loopback.includes(new URL(origin).hostname));
  const shell = new Shell(near, [home]);
  if (sandboxed || !loopback.includes(location.hostname) || !(await shell.greet(5000))?.facts) {
    throw new Error("App Zone: no host answers here; on a development server, open this page in the simulator (/sdk/simulator of a host)");
  }
  return zoneOf(base, { ...shell.said.facts, simulated: true }, shell);
}

/** The window around this one, if it is one whose origin is trusted. */
class Shell {
  said = {};
  constructor(trusted, origins) {
    const around = location.ancestorOrigins?.[0]; // not in every browser
    this.origins = around === undefined ? origins : [around].filter(trusted);
    this.heard = () => {};
    if (parent === self) return;
    addEventListener("message", (e) => {
      const m = e.data;
      if (e.source !== parent || !trusted(e.origin) || m?.appzone !== 1 || typeof m.type !== "string") return;
      if (m.type === "welcome") [this.origin, this.said] = [e.origin, m.value ?? {}];
      this.heard(m.type, m.value);
    });
  }
  greet(patience) {
    if (parent === self || !this.origins.length) return null;
    return new Promise((done) => {
      const timer = setTimeout(done, patience, null);
      this.heard = (type) => type === "welcome" && (clearTimeout(timer), done(this.said));
      for (const origin of this.origins) parent.postMessage({ appzone: 1, type: "hello" }, origin);
    });
  }
  post(type, value) {
    if (this.origin) parent.postMessage({ appzone: 1, type, value }, this.origin);
    return !!this.origin;
  }
}

function zoneOf(base, facts, shell) {
  const listeners = new Map(); // sets of functions by name or pattern
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let { theme, locale, visible, path } = shell.said;
  const now = {
    theme: () => theme ?? (dark.matches ? "dark" : "light"),
    locale: () => locale ?? navigator.language,
    visibility: () => (visible ?? true) && document.visibilityState === "visible",
  };
  const last = Object.fromEntries(Object.keys(now).map((k) => [k, now[k]()]));

  function emit(type, data, about = { type }) {
    for (const [pattern, set] of listeners) {
      if (pattern !== type && !(pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1)))) continue;
      for (const fn of [...set]) {
        try {
          fn(data, about);
        } catch (error) {
          reportError(error);
        }
      }
    }
  }
  function changed() {
    for (const k in now) if (last[k] !== now[k]()) emit(k, (last[k] = now[k]()));
  }
  shell.heard = (type, value) => {
    if (type === "welcome") ({ theme, locale, visible } = shell.said);
    else if (type === "theme" && (value === "light" || value === "dark")) theme = value;
    else if (type === "locale" && typeof value === "string") locale = value;
    else if (type === "visibility") visible = value === true;
    else if (type === "navigate" && typeof value === "string") emit("navigate", (path = value));
    else if (type === "event" && facts.simulated) emit(value.type, value.data, value);
    changed();
  };
  dark.addEventListener("change", changed);
  addEventListener("languagechange", changed);
  document.addEventListener("visibilitychange", changed);

  // One stream of desktop events, open while somebody listens for one.
  let source, timer, pause, opened;
  const wanted = () => [...listeners].some(([k, set]) => set.size && desktop.test(k));
  function open() {
    source = new EventSource(`${base}.appzone/events`);
    source.onopen = () => {
      if (opened) emit("lost", { count: null });
      [opened, pause] = [true, 5000];
    };
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      timer = setTimeout(open, (pause ??= 5000));
      pause = Math.min(2 * pause, 60_000);
    };
    source.addEventListener("lost", (e) => emit("lost", JSON.parse(e.data)));
    source.addEventListener("desktop", (e) => {
      const { type, time, data } = JSON.parse(e.data);
      emit(type, data, { type, time });
    });
  }
  function follow() {
    if (facts.simulated || !facts.events.length || wanted() === !!source) return;
    if (!source) return open();
    clearTimeout(timer);
    source.close();
    source = opened = undefined;
  }

  function url(path = "") {
    const to = new URL(`./${String(path).replace(/^\/+/, "")}`, base);
    if (!to.href.startsWith(base)) throw new TypeError(`App Zone: ${path} is outside the plugin`);
    return to.href;
  }

  return Object.freeze({
    member: Object.freeze(facts.member),
    plugin: Object.freeze(facts.plugin),
    settings: facts.settings,
    simulated: !!facts.simulated,
    get theme() { return now.theme(); },
    get locale() { return now.locale(); },
    get visible() { return now.visibility(); },
    get path() { return path ?? null; },
    get shell() { return !!shell.origin; },
    url,
    socketURL: (path) => url(path).replace(/^http/, "ws"),
    fetch: (path, init) => fetch(url(path), init),
    notify: ({ title, body = "", level = "info", tag = "" }) => shell.post("notify", { title, body, level, tag }),
    badge: (n) => shell.post("badge", n),
    resize: ({ height }) => shell.post("resize", { height }),
    autoResize() {
      const observer = new ResizeObserver(([e]) => shell.post("resize", { height: Math.ceil(e.target.getBoundingClientRect().height) }));
      observer.observe(document.documentElement);
      return () => observer.disconnect();
    },
    navigate(to) {
      if (typeof to !== "string") return shell.post("navigate", { plugin: to.plugin, path: to.path ?? "" });
      const { href, protocol } = new URL(to);
      if (!/^https?:$/.test(protocol)) throw new TypeError("App Zone: only http and https");
      return shell.post("navigate", { url: href }) || (window.open(href, "_blank", "noopener"), false);
    },
    on(name, fn) {
      if (!own.includes(name) && !desktop.test(name)) throw new TypeError(`App Zone: there is no event ${name}`);
      if (desktop.test(name) && !facts.events.some((g) => g === name || (g.endsWith(".*") && name.startsWith(g.slice(0, -1))))) {
        console.warn(`App Zone: this plugin was not granted the desktop event ${name}`);
      }
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(fn));
      follow();
      return () => (set.delete(fn), follow());
    },
  });
}
