import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Mark } from "../staff/RoleBadge";
import { appsOf, everything } from "./scopes";

// ScopeMarks are the rights of a token in short.
export function ScopeMarks({ scopes }: { scopes: string[] }) {
  const { t } = useTranslation();
  const apps = appsOf(scopes);
  const rights = scopes.filter((s) => s !== everything && !s.startsWith("apps:"));
  return (
    <Group gap={4}>
      {scopes.includes(everything) && <Mark>{t("tokens.everything")}</Mark>}
      {rights.map((s) => (
        <Mark key={s}>{s}</Mark>
      ))}
      {apps.slice(0, 3).map((id) => (
        <Mark key={id}>{t("tokens.app", { id })}</Mark>
      ))}
      {apps.length > 3 && <Mark>{t("tokens.moreApps", { count: apps.length - 3 })}</Mark>}
    </Group>
  );
}
