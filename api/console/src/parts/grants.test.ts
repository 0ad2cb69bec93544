import { expect, test } from "vitest";
import { type Grants, grantsOf, keyOf, needOf, needsOf, targetOf } from "./grants";

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
  expect(grantsOf([{ code: "network", value: "observe" }])).toEqual({});
  expect(needsOf(everything).map(keyOf).map(needOf)).toEqual(needsOf(everything));
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

test("addresses are read as the host reads them", () => {
  expect(targetOf("api.telegram.org:443")).toEqual({ kind: "host", host: "api.telegram.org", port: "443" });
  expect(targetOf("*.line.me:*")).toEqual({ kind: "below", host: "line.me", port: "" });
  expect(targetOf("10.0.0.0/8:5038")).toEqual({ kind: "range", host: "10.0.0.0/8", port: "5038" });
  expect(targetOf("[fd00::1]:80")).toEqual({ kind: "host", host: "fd00::1", port: "80" });
  expect(targetOf("localhost:80")).toEqual({ kind: "host", host: "localhost", port: "80" });
  for (const bad of ["", "a.example", ":80", "a.example:0", "a.example:70000", "https://a.example:443", "fd00::1:80", "a b:80", "a/b:80"])
    expect(targetOf(bad)).toBeNull();
});
