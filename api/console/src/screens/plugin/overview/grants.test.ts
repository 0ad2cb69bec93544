import { expect, test } from "vitest";
import { grantsOf, targetOf } from "./grants";

test("a list of permissions becomes grants, and an observation none", () => {
  const needs = [
    ["network", "*"],
    ["network", "a.example:443"],
    ["network", "observe"],
    ["listen", "9006"],
    ["plugins", "inbox"],
    ["public", "POST /hook"],
    ["public", "GET /hook"],
    ["browser", "camera"],
    ["desktop", "call.*"],
    ["installScripts", "true"],
  ].map(([code = "", value = ""]) => ({ code, value }));
  expect(grantsOf(needs)).toEqual({
    network: { outbound: ["a.example:443"], listen: [9006] },
    plugins: ["inbox"],
    public: [{ path: "/hook", methods: ["POST", "GET"] }],
    browser: ["camera"],
    desktop: ["call.*"],
    installScripts: true,
    unrestrictedNetwork: true,
  });
  expect(grantsOf([]).unrestrictedNetwork).toBeUndefined();
});

test("addresses are read as the host reads them", () => {
  expect(targetOf("api.telegram.org:443")).toEqual({ kind: "host", host: "api.telegram.org", port: "443" });
  expect(targetOf("*.line.me:*")).toEqual({ kind: "below", host: "line.me", port: "" });
  expect(targetOf("10.0.0.0/8:5038")).toEqual({ kind: "range", host: "10.0.0.0/8", port: "5038" });
  expect(targetOf("[fd00::1]:80")).toEqual({ kind: "address", host: "fd00::1", port: "80" });
  expect(targetOf("localhost:80")).toEqual({ kind: "host", host: "localhost", port: "80" });
  for (const bad of ["", "a.example", ":80", "a.example:0", "a.example:70000", "https://a.example:443", "fd00::1:80", "a b:80", "a/b:80"])
    expect(targetOf(bad)).toBeNull();
});
