// The web console in a browser: a host, a page and who is logged in.
import axe from "axe-core";
import { startHost } from "./appzone.mjs";
import { openBrowser } from "./browser.mjs";

// openConsole starts a host and opens the console's path in a browser with the session of a member: {username, password}, by default the
// administrator's; null for nobody. What the page logs is in page.said; a test that ends with a violated policy or an error fails.
export async function openConsole(t, { path = "/", as = { username: "admin", password: "only for the test" }, env = {}, host, context: settings = {} } = {}) {
  const browser = await openBrowser(t);
  host ??= await startHost(t, env);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...settings });
  if (as) await logIn(context, host, as);
  const page = await openPage(context);
  await page.goto(host.url + path);
  return { host, browser, context, page };
}

// openPage is a page of the context that keeps in page.said what it logs.
export async function openPage(context) {
  const page = await context.newPage();
  page.said = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && page.said.push(m.text()));
  page.on("pageerror", (e) => page.said.push(String(e)));
  return page;
}

// logIn gives the context a session.
export async function logIn(context, host, { username, password }) {
  const [name, value] = (await host.session(username, password)).split(/=(.*)/s);
  await context.addCookies([{ name, value, url: host.url, httpOnly: true, sameSite: "Strict" }]);
}

// dragFiles is a mouse that comes from the desktop with files or folders, stays until the window shows that it takes them, and lets them go
// in its middle.
export async function dragFiles(page, ...files) {
  const { width, height } = page.viewportSize();
  const cdp = await page.context().newCDPSession(page);
  const drag = (type) => cdp.send("Input.dispatchDragEvent", { type, x: width / 2, y: height / 2, data: { items: [], files, dragOperationsMask: 1 } });
  await drag("dragEnter");
  const shown = page.getByText("Drop to upload").waitFor().then(() => true);
  while (!(await Promise.race([shown, new Promise((done) => setTimeout(done, 100, false))]))) await drag("dragOver");
  await drag("dragOver");
  await drag("drop");
  await cdp.detach();
}

// barriers are what axe-core finds on the page that is serious or worse, as lines; there must be none. What is moving is given time to end.
export async function barriers(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))); // what is to move has begun to
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Number.POSITIVE_INFINITY).map((a) => a.finished)));
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], iframes: false }));
  return violations.filter((v) => ["serious", "critical"].includes(v.impact)).flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary}`));
}
