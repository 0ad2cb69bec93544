import i18next, { type TFunction } from "i18next";
import type { Schema } from "../../api/client";

// titleOf is a finding in a few words; the host says the rest.
export function titleOf(f: Schema["Finding"], t: TFunction): string {
  const key = `consent.findings.code.${f.code}`;
  return i18next.exists(key) ? t(key as "consent.findings.code.unsigned") : f.code;
}
