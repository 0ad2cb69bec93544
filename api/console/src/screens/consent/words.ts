import i18next from "i18next";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { addressOf, type Need } from "./can";

// useWords says permissions and findings in plain words.
export function useWords(plugin: string) {
  const { t } = useTranslation();

  function eventOf(pattern: string): string {
    const known: Record<string, string> = {
      screenPop: t("consent.can.screenPop"),
      "call.*": t("consent.can.allCalls"),
      "chat.*": t("consent.can.allChats"),
    };
    return known[pattern] ?? t("consent.can.oneEvent", { name: pattern });
  }

  function textOf({ code, value }: Need): string {
    switch (code) {
      case "network": {
        if (value === "*") return t("consent.can.any");
        if (value === "observe") return t("consent.can.observe");
        const { kind, ...address } = addressOf(value);
        return t(`consent.can.${kind}`, address);
      }
      case "listen":
        return t("consent.can.listen", { port: value });
      case "plugins":
        return t("consent.can.plugin", { name: value });
      case "public": {
        const [method, path] = value.split(/ (.*)/s);
        return t("consent.can.route", { method, path: `/hooks/${plugin}${path}` });
      }
      case "browser":
        return i18next.exists(`consent.can.${value}`)
          ? t(`consent.can.${value}` as "consent.can.popups")
          : t("consent.can.other", { code, value });
      case "desktop":
        return t("consent.can.desktop", { event: eventOf(value) });
      case "installScripts":
        return t("consent.can.scripts");
    }
    return t("consent.can.other", { code, value });
  }

  // titleOf is the finding in a few words; the host says the rest.
  function titleOf(f: Schema["Finding"]): string {
    const key = `consent.findings.code.${f.code}`;
    return i18next.exists(key) ? t(key as "consent.findings.code.unsigned") : f.code;
  }

  return { textOf, titleOf };
}
