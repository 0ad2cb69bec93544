import { expect, test } from "vitest";
import { riskOf } from "./risk";

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
