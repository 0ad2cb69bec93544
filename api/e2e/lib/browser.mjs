// Debian's Chromium, with a profile of its own for each browser.
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

// openBrowser starts a browser that ends with the test t.
export async function openBrowser(t, args = []) {
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...args],
  });
  t.after(() => browser.close());
  return browser;
}

// openPage opens a page in a context of its own, with the Cookie header of a session of host if there is one. What the page logs and
// fails at is kept in page.said.
export async function openPage(t, host, cookie) {
  const context = await (await openBrowser(t)).newContext();
  if (cookie) {
    const [name, value] = cookie.split(/=(.*)/s);
    await context.addCookies([{ name, value, url: host.url, httpOnly: true, sameSite: "Strict" }]);
  }
  const page = await context.newPage();
  page.said = [];
  page.on("console", (m) => page.said.push(m.text()));
  page.on("pageerror", (e) => page.said.push(String(e)));
  return page;
}
