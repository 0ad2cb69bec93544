import { expect, test } from "vitest";
import { mailLink, pageLink } from "./links";

test("only pages and letters become links", () => {
  expect(pageLink("https://acme.example/a")).toBe("https://acme.example/a");
  for (const bad of ["javascript:alert(1)", "data:text/html,x", "acme.example", "//acme.example", "", undefined])
    expect(pageLink(bad)).toBeUndefined();
  expect(mailLink("dev@acme.example")).toBe("mailto:dev@acme.example");
  for (const bad of ["dev", "a@b?bcc=c@d", "javascript:alert(1)", undefined]) expect(mailLink(bad)).toBeUndefined();
});
