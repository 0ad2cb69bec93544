import { useTranslation } from "react-i18next";
import { type Need, targetOf } from "./grants";

const browser = ["microphone", "camera", "clipboard-write", "popups", "downloads"] as const;

// useWords says a permission in plain words.
export function useWords(plugin: string) {
  const { t } = useTranslation();
  const address = (value: string) => {
    const to = targetOf(value);
    if (!to) return value;
    return t(`overview.target.${to.kind}${to.port ? "" : "Any"}`, { host: to.host, port: to.port });
  };
  return ({ code, value }: Need): string => {
    switch (code) {
      case "network":
        return value === "*" ? t("overview.target.all") : value === "observe" ? t("overview.target.observe") : address(value);
      case "listen":
        return t("overview.words.listen", { port: value });
      case "plugins":
        return t("overview.words.plugin", { id: value });
      case "public":
        return t("overview.words.public", { method: value.split(" ")[0], path: `/hooks/${plugin}${value.slice(value.indexOf(" ") + 1)}` });
      case "browser":
        return (browser as readonly string[]).includes(value) ? t(`overview.browser.${value as (typeof browser)[number]}`) : value;
      case "desktop":
        return t("overview.words.desktop", { event: value });
      case "installScripts":
        return t("overview.words.scripts");
    }
    return value;
  };
}
