// The other side of the page kit: whoever shows a plugin's page in a frame. A page asks for what concerns the screen, and nothing
// that it says is believed beyond that: it counts by the window and the origin that it comes from, is checked and cut to size, and is
// limited in number.

// limits of what a page may say.
const perSecond = 10;
const burst = 60;
const levels = ["info", "success", "warning", "error"];

const text = (v, most) => (typeof v === "string" ? v.slice(0, most) : "");
const number = (v, most) => (Number.isFinite(v) ? Math.min(Math.max(Math.round(v), 0), most) : undefined);

// What each message becomes; undefined is none.
const checks = {
  hello: () => null,
  notify: (v) => (text(v.title, 100) ? { title: text(v.title, 100), body: text(v.body, 500), level: levels.includes(v.level) ? v.level : "info", tag: text(v.tag, 64) } : undefined),
  badge: (v) => (v === null ? null : number(v, 9999)),
  resize: (v) => {
    const height = number(v.height, 20_000);
    return height === undefined ? undefined : { height };
  },
  navigate(v) {
    if (typeof v.url === "string") return /^https?:\/\//i.test(v.url) && URL.canParse(v.url) && v.url.length <= 2048 ? { url: new URL(v.url).href } : undefined;
    return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(v.plugin) ? { plugin: v.plugin, path: text(v.path, 2048) } : undefined;
  },
};

/**
 * Answers the page in a frame until close is called. Call it before the frame gets its address.
 *
 * @param {HTMLIFrameElement} frame
 * @param {object} options
 * @param {string} options.origin The page's origin, as the launch says; "null" for a sandboxed page, which its window alone identifies: what is
 *   posted to it may then be read by whatever page the frame shows, and is never a secret.
 * @param {"light"|"dark"} [options.theme]
 * @param {string} [options.locale]
 * @param {boolean} [options.visible] Whether the frame can be seen; default true.
 * @param {string} [options.path] What another page asked this one to show.
 * @param {object} [options.facts] Only for simulators: what a host would say about the page. A page on a host does not ask for it.
 * @param {(type: "hello"|"notify"|"badge"|"resize"|"navigate", value: any) => void} options.onMessage
 * @param {(reason: string) => void} [options.onRefused] A message from the frame's window that does not count.
 */
export function attach(frame, { origin, theme, locale, visible = true, path, facts, onMessage, onRefused = () => {} }) {
  const state = { theme, locale, visible, path, facts };
  let left = burst;
  let at = performance.now();

  function post(type, value) {
    frame.contentWindow?.postMessage({ appzone: 1, type, value }, origin === "null" ? "*" : origin);
  }
  function spend() {
    const now = performance.now();
    left = Math.min(burst, left + ((now - at) / 1000) * perSecond);
    at = now;
    return left >= 1 && left--;
  }
  function hear(e) {
    if (e.source !== frame.contentWindow || e.source === null) return;
    if (e.origin !== origin) return onRefused("origin");
    const m = e.data;
    if (m?.appzone !== 1 || !Object.hasOwn(checks, m.type)) return onRefused("unknown");
    if (!spend()) return onRefused("too many");
    const value = checks[m.type](m.value === null || typeof m.value !== "object" ? (m.type === "badge" ? m.value : {}) : m.value);
    if (value === undefined) return onRefused("malformed");
    if (m.type === "hello") post("welcome", state);
    onMessage(m.type, value);
  }
  addEventListener("message", hear);

  return {
    /** Changes theme, locale, visible or path, and tells the page. */
    set(change) {
      Object.assign(state, change);
      for (const [key, type] of [["theme", "theme"], ["locale", "locale"], ["visible", "visibility"], ["path", "navigate"]]) {
        if (key in change) post(type, change[key]);
      }
    },
    /** Only for simulators: a desktop event. */
    event(type, data) {
      post("event", { type, data, time: new Date().toISOString() });
    },
    close() {
      removeEventListener("message", hear);
    },
  };
}
