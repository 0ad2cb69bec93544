// Pictures of every screen of the console, for the README: make screens. A host with plugins, members and a history is made for them, and used
// for WARM seconds (300), so that its numbers are those of a host in use.
//   node screens.mjs FOLDER [NAME...]
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startHost } from "./lib/appzone.mjs";
import { openBrowser } from "./lib/browser.mjs";
import { logIn, openPage } from "./lib/console.mjs";
import { fill, use } from "./lib/scenery.mjs";

const [folder, ...only] = process.argv.slice(2);
const ends = [];
const t = { after: (end) => ends.unshift(end) };

// Each screen: its name, its address, and what is waited for, or done, before the picture. as is who looks, admin by default.
const screens = [
  ["login", "/", { as: null, ready: (p) => p.getByRole("button", { name: "Log in" }).waitFor() }],
  ["zone", "/", { ready: (p) => p.getByText("Call Notes").first().waitFor() }],
  ["gallery", "/gallery"],
  ["consent", "/plugins/crm-bridge/consent", { ready: (p) => p.getByRole("dialog").waitFor() }],
  ["plugin-overview", "/plugins/call-notes"],
  ["plugin-settings", "/plugins/call-notes/settings"],
  ["plugin-access", "/plugins/call-notes/access"],
  ["plugin-logs", "/plugins/call-notes/logs"],
  ["plugin-metrics", "/plugins/call-notes/metrics"],
  ["plugin-events", "/plugins/call-notes/events"],
  ["plugin-versions", "/plugins/call-notes/versions"],
  ["plugin-files", "/plugins/call-notes/files"],
  ["plugin-danger", "/plugins/call-notes/danger"],
  ["plugin-failed", "/plugins/broken-importer"],
  ["staff", "/staff"],
  ["member", "/staff/desk1"],
  ["profiles", "/profiles"],
  ["tokens", "/tokens"],
  ["keys", "/keys"],
  ["webhooks", "/webhooks"],
  ["audit", "/audit"],
  ["system", "/system"],
  ["account", "/account"],
  ["workplace", "/open/call-notes", { as: "desk1", ready: (p) => p.waitForSelector("iframe") }],
  ["workplace-home", "/", { as: "desk1" }],
  ["workplace-stopped", "/open/wallboard", { as: "desk1" }],
];

// Who looks at which size and in which colours; a narrow window shows what a telephone does.
const looks = [
  ["", { viewport: { width: 1280, height: 800 }, colorScheme: "light" }],
  ["-dark", { viewport: { width: 1280, height: 800 }, colorScheme: "dark" }],
  ["-narrow", { viewport: { width: 360, height: 720 }, colorScheme: "light" }],
];

try {
  await mkdir(folder, { recursive: true });
  const host = await startHost(t, { XC_UPGRADE_TRIAL: "1" });
  const people = await fill(t, host);
  await use(host, Number(process.env.WARM ?? 300));
  const browser = await openBrowser(t);
  for (const [suffix, settings] of looks) {
    for (const as of [null, "admin", "desk1"]) {
      const context = await browser.newContext({ ...settings, locale: "en-GB", reducedMotion: "reduce" });
      if (as) await logIn(context, host, people[as]);
      const page = await openPage(context);
      for (const [name, address, { as: who = "admin", ready } = {}] of screens) {
        if (who !== as || (only.length && !only.includes(name))) continue;
        await page.goto(host.url + address);
        await (ready ? ready(page) : page.getByRole("heading", { level: 1 }).first().waitFor());
        await page.waitForLoadState("networkidle", { timeout: 1500 }).catch(() => {}); // streams stay open
        await page.waitForTimeout(400);
        await page.screenshot({ path: path.join(folder, `${name}${suffix}.png`) });
      }
      for (const said of new Set(page.said)) if (!/401/.test(said)) console.error(`${as} ${suffix}: ${said}`);
      await context.close();
    }
  }
} finally {
  for (const end of ends) await end();
}
