import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { barriers, dragFiles, openConsole, openPage } from "../lib/console.mjs";

const binary = fileURLToPath(new URL("../../../bin/appzone", import.meta.url));
const sample = fileURLToPath(new URL("../../../samples/script-hello", import.meta.url));
const html = { version: "1.0.0", description: "Shows who is there.", type: "html", icon: "icon-phone", parameters: { views: { admin: "index.html" } } };
const worker = { name: "Worker", version: "1.0.0", description: "Answers.", type: "script", parameters: { scriptName: "worker", scriptPath: "app.js", permissions: {} } };
const program = `require("http").createServer((q, s) => s.end("here")).listen(9006)`;

// pack makes the zip of a folder that has these files.
async function pack(dir, files) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), text);
  }
  await promisify(execFile)(binary, ["pack", dir, "--file", `${dir}.zip`]);
  return `${dir}.zip`;
}

const settled = (page) => page.evaluate(() => Promise.allSettled(document.getAnimations().map((a) => a.finished)));
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
const card = (page, id) => page.locator(`li[data-plugin=${id}]`);

// sound looks at a screen in light and dark, and in a narrow window.
async function sound(page, { schemes = ["dark", "light"], narrow = true } = {}) {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await barriers(page), [], colorScheme);
  }
  await page.setViewportSize({ width: 360, height: 780 });
  await settled(page);
  assert.equal(await sideways(page), false, "the page scrolls sideways at 360 px");
  if (narrow) assert.deepEqual(await barriers(page), [], "360 px");
  await page.setViewportSize({ width: 1280, height: 800 });
}

test("the App Zone", { timeout: 120_000 }, async (t) => {
  const { host, page } = await openConsole(t, { env: { XC_MAX_UPLOAD_MB: "1" } });
  const at = (name) => path.join(host.dir, name);
  await page.getByRole("heading", { name: "Bring in your first plugin" }).waitFor();

  await t.test("shows the first step where there is no plugin", async () => {
    await page.getByRole("button", { name: "Choose a zip" }).waitFor();
    await page.getByRole("button", { name: /^Install / }).first().waitFor();
    await sound(page);
  });

  await t.test("takes a zip that is dropped anywhere, and leads to the consent", async () => {
    await promisify(execFile)(binary, ["pack", sample, "--file", at("script-hello.zip")]);
    await dragFiles(page, at("script-hello.zip"));
    await page.waitForURL("**/plugins/script-hello/consent");
    await page.goto(host.url);
    await card(page, "script-hello").getByText("Not installed").waitFor();
    assert.match(await card(page, "script-hello").getByRole("link", { name: "Install" }).getAttribute("href"), /consent$/);
  });

  await t.test("says what is wrong with a file and what to do, and loses nothing", async () => {
    const name = "Mended";
    await writeFile(at("broken.zip"), "This text is no zip, however it calls itself.");
    await writeFile(at("large.zip"), Buffer.alloc(1_200_000));
    await writeFile(at("manifest.json"), "{}");
    await mkdir(at("my folder"));
    await dragFiles(page, at("broken.zip"), at("large.zip"), at("manifest.json"), at("my folder"));
    const dialog = page.getByRole("dialog", { name: "Upload plugins" });
    await dialog.getByText("it is not a zip file").waitFor();
    await dialog.getByText("Pack the plugin's folder as an ordinary zip").waitFor();
    await dialog.getByText(/^Request [0-9a-f-]+/).waitFor();
    await dialog.getByText(/may have at most 1 MB/).waitFor();
    await dialog.getByText("is a manifest alone").waitFor();
    await dialog.getByText("“my folder” is a folder").waitFor();
    await sound(page);

    await dialog.getByRole("button", { name: "Finish" }).hover();
    await page.getByRole("tooltip", { name: "Upload a plugin first" }).waitFor();
    const chooser = page.waitForEvent("filechooser");
    await dialog.getByRole("button", { name: "Choose zip files" }).click();
    const zip = await pack(at("mended"), { "manifest.json": JSON.stringify({ ...html, name }), "index.html": "<title>x</title>" });
    await (await chooser).setFiles(zip);
    await dialog.getByText("Version 1.0.0 is here").waitFor();
    await dialog.getByText("it is not a zip file").waitFor();
    await dialog.getByRole("button", { name: "Finish" }).click();
    await page.waitForURL("**/plugins/mended/consent");
  });

  await t.test("leads on from one file that was chosen twice, and from many to what came last", async () => {
    const dialog = page.getByRole("dialog", { name: "Upload plugins" });
    const zips = [];
    for (let n = 0; n < 12; n++) zips.push(await pack(at(`row-${n}`), { "manifest.json": JSON.stringify({ ...html, name: `Row ${n}` }), "index.html": "<title>x</title>" }));
    await page.goto(host.url);
    await page.getByText("Live", { exact: true }).waitFor();
    await dragFiles(page, zips[0], zips[0]);
    await dialog.getByText("2 of 2 uploaded").waitFor();
    await dialog.getByRole("button", { name: "Finish" }).click();
    await page.waitForURL("**/plugins/row-0/consent");
    await page.goto(host.url);
    await page.getByText("Live", { exact: true }).waitFor();
    await dragFiles(page, ...zips);
    await dialog.getByText("12 of 12 uploaded").waitFor();
    const { y, height } = await dialog.getByRole("button", { name: "Finish" }).boundingBox();
    assert.ok(y + height <= page.viewportSize().height, "the next step is seen below many files");
    await sound(page);
    await dialog.getByRole("button", { name: "Finish" }).click();
    await page.waitForURL("**/?sort=recent");
    for (let n = 0; n < 12; n++) await host.call("DELETE", `/plugins/row-${n}`);
  });

  await t.test("says that a file was deleted while it was sent", async () => {
    const zip = await pack(at("gone"), { "manifest.json": JSON.stringify({ ...html, name: "Gone" }), "index.html": "<title>x</title>", "data.txt": "x".repeat(400_000) });
    await page.goto(host.url);
    await page.route("**/api/v1/plugins", async (route) => {
      if (route.request().method() !== "POST") return route.fallback();
      await rm(zip, { force: true });
      await route.continue();
    });
    await page.getByRole("button", { name: "Upload a plugin" }).click();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose zip files" }).click();
    await (await chooser).setFiles(zip);
    await page.getByRole("alert").getByText("“gone.zip” was changed, moved or deleted meanwhile").waitFor();
    await page.unroute("**/api/v1/plugins");
    await page.keyboard.press("Escape");
  });

  await t.test("asks before other content replaces a version", async () => {
    await host.install({ ...html, name: "Board" }, { "index.html": "<title>one</title>" });
    await page.goto(host.url);
    await card(page, "board").getByText("Active").waitFor();
    await page.getByRole("button", { name: "Upload a plugin" }).click();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose zip files" }).click();
    await (await chooser).setFiles(await pack(at("board"), { "manifest.json": JSON.stringify({ ...html, name: "Board" }), "index.html": "<title>two</title>" }));
    await page.getByRole("button", { name: "Replace what is there…" }).click();
    await page.getByRole("dialog", { name: "Replace this version?" }).getByRole("button", { name: "Replace" }).click();
    await page.getByText("Version 1.0.0 is here").waitFor();
    await page.getByRole("button", { name: "Close" }).last().click();
    await card(page, "board").getByRole("link", { name: "1.0.0 waits" }).waitFor();
  });

  await t.test("shows within a moment what another administrator does", async () => {
    await host.install(worker, { "app.js": program });
    await card(page, "worker").getByText("Running").waitFor();
    await host.call("POST", "/plugins/worker/stop?wait=true");
    await card(page, "worker").getByText("Stopped").waitFor();
    await sound(page);
  });

  await t.test("can be used by the keyboard alone", async () => {
    await page.getByRole("searchbox").focus();
    const reach = async (name) => {
      for (let n = 0; n < 40; n++) {
        await page.keyboard.press("Tab");
        if ((await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))) === name) return;
      }
      assert.fail(`the keyboard does not reach ${name}: ${await page.evaluate(() => document.activeElement?.outerHTML)}`);
    };
    await reach("Actions on Worker");
    await page.keyboard.press("Enter");
    const stop = page.getByRole("menuitem", { name: "Stop It does not run" });
    await stop.waitFor();
    assert.equal(await stop.getAttribute("aria-disabled"), "true");
    assert.deepEqual(await barriers(page), []);
    const start = page.getByRole("menuitem", { name: "Start", exact: true });
    for (let n = 0; n < 10 && !(await start.evaluate((e) => e === document.activeElement)); n++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await card(page, "worker").getByText("Running").waitFor();
    await page.getByText("Worker runs").waitFor();

    await reach("Actions on Worker");
    await page.keyboard.press("Enter");
    const remove = page.getByRole("menuitem", { name: "Remove" });
    await remove.waitFor();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.getByLabel("Type Worker to confirm").waitFor();
    await page.keyboard.type("Worker");
    await page.keyboard.press("Enter");
    await card(page, "worker").waitFor({ state: "detached" });
  });

  await t.test("keeps the search and the filter in its address", async () => {
    await page.goto(`${host.url}/?q=board&state=running`);
    await card(page, "board").waitFor();
    assert.equal(await page.locator("li[data-plugin]").count(), 1);
    assert.equal(await page.getByRole("button", { name: /^Running/ }).getAttribute("aria-pressed"), "true");
    await page.getByRole("searchbox").fill("nothing like it");
    await page.getByText("Nothing matches").waitFor();
    assert.match(page.url(), /q=nothing\+like\+it&state=running/);
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await card(page, "mended").waitFor();
    await page.goBack();
    await page.getByText("Nothing matches").waitFor();
  });

  await t.test("shows sixty plugins, with long names", async () => {
    const { items } = await host.call("GET", "/plugins");
    const many = Array.from({ length: 60 }, (_, n) => ({ ...items[0], id: `p${n}`, name: n === 7 ? "W".repeat(120) : `Plugin ${n}`, description: "d".repeat(300) }));
    await page.route("**/api/v1/plugins?*", (r) => r.fulfill({ json: { items: many, next: null } }));
    await page.goto(host.url);
    await page.getByText("60 plugins", { exact: true }).waitFor();
    assert.equal(await page.locator("li[data-plugin]").count(), 60);
    await sound(page, { schemes: [], narrow: false });
    await page.unroute("**/api/v1/plugins?*");
  });

  await t.test("shows the plugins in a table too, and remembers that", async () => {
    await page.goto(host.url);
    await page.locator("label", { hasText: "Table" }).click();
    await page.getByRole("table", { name: "Plugins" }).waitFor();
    await page.reload();
    await page.getByRole("row", { name: /Board/ }).getByText("Running").waitFor();
    await sound(page);
  });

  await t.test("says nothing to the browser's console", () => {
    assert.deepEqual(page.said.filter((s) => !/status of 4(09|22)|FILE_NOT_FOUND/.test(s)), []); // the refusals above, and the file that went
  });

  await t.test("brings in a plugin of the gallery, after its instructions were read", async () => {
    const other = await openPage(page.context());
    await other.goto(`${host.url}/gallery`);
    await other.getByRole("link", { name: "HTML Hello", exact: true }).waitFor();
    await sound(other, { schemes: ["light"], narrow: false });
    await other.getByRole("link", { name: "HTML Hello", exact: true }).click();
    await other.waitForURL("**/gallery/html-hello");
    await other.getByRole("heading", { level: 3 }).first().waitFor();
    await sound(other);
    const zip = other.waitForEvent("download");
    await other.getByRole("link", { name: /^Download the zip of/ }).click();
    assert.ok((await readFile(await (await zip).path())).length > 0);
    await other.getByRole("button", { name: "Install HTML Hello" }).click();
    await other.waitForURL("**/plugins/html-hello/consent");
    await other.goto(`${host.url}/gallery`);
    await other.locator("[data-sample=html-hello]").getByText("Uploaded").waitFor();
    assert.deepEqual(other.said, []);
  });
});
