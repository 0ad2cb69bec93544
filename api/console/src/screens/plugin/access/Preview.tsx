import { Code, SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Plugin, pluginsQuery } from "../../../api/queries";
import { sideOf } from "../../../api/sides";
import { useParam } from "../../../parts/useParam";
import type { Role } from "../../staff/queries";
import { SidebarPreview } from "../../staff/SidebarPreview";

const roles = ["admin", "user", "agent"] as const;

// Preview is the sidebar of an administrator, a user or an agent who has every plugin, with this one marked.
export function Preview({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const [as, setAs] = useParam("as");
  const role: Role = roles.find((r) => r === as) ?? "admin";
  const plugins = useQuery(pluginsQuery).data ?? [];
  const side = sideOf(plugin, role);
  const entries = plugins
    .filter((p) => p.active && (p.id === plugin.id || role === "admin") && sideOf(p, role).visible)
    .sort((a, b) => Number(b.id === plugin.id) - Number(a.id === plugin.id))
    .slice(0, 5)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((p) => ({ id: p.id, name: p.name, icon: p.icon, strong: p.id === plugin.id }));
  return (
    <Stack gap="sm">
      <SegmentedControl
        fullWidth
        aria-label={t("access.previewAs")}
        value={role}
        onChange={setAs}
        data={roles.map((value) => ({ value, label: t(`common.role.${value}`) }))}
      />
      <div aria-live="polite">
        <SidebarPreview
          label={t("access.previewOf", { role: t(`common.role.${role}`) })}
          entries={entries}
          empty={t("access.notThere", { name: plugin.name })}
        />
        <Text size="sm" mt="sm" style={{ overflowWrap: "anywhere" }}>
          {side.visible ? t(`access.sees.${role}`) : t(`access.hidden.${side.reason ?? "setting"}`)}{" "}
          {side.visible && (side.page ? <>{t(side.external ? "access.opensSite" : "access.opensPage")} </> : t("access.opensProgram"))}
          {side.visible && side.page && <Code>{side.page}</Code>}
        </Text>
      </div>
    </Stack>
  );
}
