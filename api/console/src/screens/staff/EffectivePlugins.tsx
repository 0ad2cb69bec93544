import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { pluginsQuery } from "../../api/queries";
import { PluginAvatar } from "../../parts/Icon";
import { Panel } from "../../parts/Panel";
import { paths } from "../../paths";
import { type MemberView, profilesQuery } from "./queries";
import { Mark } from "./RoleBadge";
import classes from "./Sidebar.module.css";

// EffectivePlugins are all plugins that a member has after all, each with where it comes from and why it may not open.
export function EffectivePlugins({ member }: { member: MemberView }) {
  const { t } = useTranslation();
  const plugins = useQuery(pluginsQuery).data ?? [];
  const profiles = useQuery(profilesQuery).data ?? [];
  const profile = profiles.find((p) => p.id === member.profile)?.name ?? member.profile ?? "";
  const rows = member.effectivePlugins;
  return (
    <Panel title={t("staff.effective")} lead={t("staff.effectiveDetail", { count: rows.length })}>
      {rows.length > 0 && (
        <Stack component="ul" gap={0} className={classes.list} p={0} tabIndex={rows.length > 6 ? 0 : undefined}>
          {rows.map((e) => {
            const p = plugins.find((one) => one.id === e.id);
            return (
              <Group component="li" key={e.id} gap="xs" py={6}>
                <PluginAvatar id={e.id} name={p?.icon ?? "icon-apps"} size={24} />
                <Anchor component={Link} href={paths.plugin(e.id, "access")} size="sm" className={classes.name} title={p?.name ?? e.id}>
                  {p?.name ?? e.id}
                </Anchor>
                <Group gap={4}>
                  {e.why.map((why) => (
                    <Mark key={why}>{t(`staff.why.${why}`, { name: profile })}</Mark>
                  ))}
                </Group>
                {!e.opens && (
                  <Text size="xs" c="dimmed" w="100%" pl={34}>
                    {t(p?.active ? "staff.closedSidebar" : "staff.closedStage")}
                  </Text>
                )}
              </Group>
            );
          })}
        </Stack>
      )}
    </Panel>
  );
}
