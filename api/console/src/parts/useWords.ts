import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { cut, type Need, targetOf } from "./grants";

const events = { screenPop: "screenPop", "call.*": "calls", "chat.*": "chats" } as const;

// useWords says what a plugin can do by a permission, in plain words.
export function useWords(plugin: string) {
  const { t } = useTranslation();
  const plain = ({ code, value }: Need) => t("permission.other", { code, value });

  return (need: Need): string => {
    const { code, value } = need;
    switch (code) {
      case "network": {
        if (value === "*") return t("permission.any");
        if (value === "observe") return t("permission.observe");
        const to = targetOf(value);
        return to ? t(`permission.${to.kind}${to.port ? "" : "Any"}`, { host: to.host, port: to.port }) : plain(need);
      }
      case "listen":
        return t("permission.listen", { port: value });
      case "plugins":
        return t("permission.plugin", { name: value });
      case "public": {
        const [method, path] = cut(value);
        return t("permission.route", { method, path: `/hooks/${plugin}${path}` });
      }
      case "browser": {
        const key = `permission.browser.${value}`;
        return i18next.exists(key) ? t(key as "permission.browser.popups") : plain(need);
      }
      case "desktop": {
        const known = Object.hasOwn(events, value) ? events[value as keyof typeof events] : "other";
        return t("permission.desktop", { event: t(`permission.event.${known}`, { name: value }) });
      }
      case "installScripts":
        return t("permission.scripts");
    }
    return plain(need);
  };
}
