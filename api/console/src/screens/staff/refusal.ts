import type { TFunction } from "i18next";
import { asFailure } from "../../api/failure";

// refusal is what to do about the refusals that protect administrators; undefined for all others.
export function refusal(error: unknown, t: TFunction): string | undefined {
  const { code } = asFailure(error);
  if (code === "last_administrator") return t("staff.refused.last");
  if (code === "administrator_required") return t("staff.refused.administrator");
  return undefined;
}
