import { expect, test } from "vitest";
import { addressOf, externals, type Grants, grantsOf, movedIn, needsOf, type Plan, riskOf } from "./can";

const everything: Grants = {
  unrestrictedNetwork: true,
  network: { outbound: ["api.telegram.org:443", "*.line.me:443"], listen: [9006] },
  plugins: ["inbox"],
  public: [
    { path: "/webhook", methods: ["POST", "GET"] },
    { path: "/a b", methods: ["PUT"] },
  ],
  browser: ["microphone"],
  desktop: ["call.*"],
  installScripts: true,
};

test("permissions one by one make the same grants again", () => {
  expect(grantsOf(needsOf(everything))).toEqual(everything);
  expect(grantsOf([])).toEqual({});
  expect(needsOf(null)).toEqual([]);
  expect(needsOf(everything)).toContainEqual({ code: "public", value: "PUT /a b" });
});

test("less is granted by leaving out", () => {
  const less = needsOf(everything).filter((n) => n.code !== "network" && n.value !== "GET /webhook");
  const g = grantsOf(less);
  expect(g.unrestrictedNetwork).toBeUndefined();
  expect(g.network).toEqual({ listen: [9006] });
  expect(g.public?.[0]).toEqual({ path: "/webhook", methods: ["POST"] });
});

test("addresses are taken apart", () => {
  expect(addressOf("api.telegram.org:443")).toEqual({ kind: "host", host: "api.telegram.org", port: "443" });
  expect(addressOf("*.line.me:8443")).toEqual({ kind: "below", host: "line.me", port: "8443" });
  expect(addressOf("10.0.0.0/8:5038")).toEqual({ kind: "range", host: "10.0.0.0/8", port: "5038" });
  expect(addressOf("[::1]:80")).toEqual({ kind: "host", host: "[::1]", port: "80" });
});

test("the risk is that of the worst finding, each reason once", () => {
  const finding = (severity: "info" | "low" | "medium" | "high", code: string) => ({ severity, code, message: code });
  const first = { installed: null, added: [{ code: "network", value: "a:1" }] };
  expect(riskOf({ ...first, findings: [] })).toEqual({ level: "low", more: false, reasons: [] });
  expect(riskOf({ ...first, findings: [finding("info", "unsigned"), finding("low", "x")] }).level).toBe("low");
  const high = riskOf({ ...first, findings: [finding("medium", "m"), finding("high", "h"), finding("high", "h"), finding("high", "g")] });
  expect(high.level).toBe("high");
  expect(high.reasons.map((f) => f.code)).toEqual(["h", "g"]);
});

test("an upgrade that asks for more is to be looked at", () => {
  const plan = { installed: { version: "1", digest: "d" }, findings: [], added: [{ code: "network", value: "a:1" }] };
  expect(riskOf(plan)).toEqual({ level: "medium", more: true, reasons: [] });
  expect(riskOf({ ...plan, added: [] }).level).toBe("low");
});

test("what moved is named", () => {
  const plan = {
    version: "1.0.0",
    digest: "a",
    requested: {},
    granted: null,
    installed: null,
    signature: "unsigned",
    needs: [],
    settings: { refused: [] },
  } as unknown as Plan;
  expect(movedIn(plan, { ...plan })).toEqual([]);
  expect(movedIn(plan, { ...plan, digest: "b", granted: { browser: ["camera"] } })).toEqual(["content", "granted"]);
  expect(movedIn(plan, { ...plan, version: "1.1.0" })).toEqual(["version"]);
});

test("views on other servers are named once", () => {
  expect(externals({ admin: "https://a.example/x", agent: "https://a.example/x" })).toEqual(["https://a.example/x"]);
  expect(externals({ admin: "admin/index.html" })).toEqual([]);
});
