import { Anchor, Group, Stack, Switch, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Plugin } from "../../../api/queries";
import { notifyFailure } from "../../../parts/Failed";
import { Loaded } from "../../../parts/Loaded";
import { Panel } from "../../../parts/Panel";
import { paths } from "../../../paths";
import { giveProfile, profilesQuery } from "../../staff/queries";
import classes from "../../staff/Sidebar.module.css";

// ProfileAccess gives a plugin to the members of a profile, or takes it away from them.
export function ProfileAccess({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery(profilesQuery);
  const give = useMutation({
    mutationFn: ({ id, on }: { id: string; on: boolean }) => giveProfile(id, plugin.id, on),
    onError: (e) => notifyFailure(e),
    onSettled: () => Promise.all(["profiles", "staff", "sidebar"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  return (
    <Panel title={t("access.profiles")} lead={t("access.profilesDetail")}>
      <Loaded query={query}>
        {(profiles) =>
          profiles.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("profiles.none")}
            </Text>
          ) : (
            <Stack component="ul" gap={0} p={0} className={classes.list} tabIndex={profiles.length > 7 ? 0 : undefined}>
              {profiles.map((p) => {
                const under = give.isPending && give.variables.id === p.id;
                return (
                  <li key={p.id} className={classes.item}>
                    <Anchor component={Link} href={paths.profiles(p.id)} size="sm" className={classes.name} title={p.name}>
                      {p.name}
                    </Anchor>
                    <Group gap="sm" wrap="nowrap">
                      <Text size="xs" c="dimmed">
                        {t("staff.count", { count: p.members })}
                      </Text>
                      <Switch
                        aria-label={t("access.profileHas", { name: p.name })}
                        checked={under ? give.variables.on : p.plugins.includes(plugin.id)}
                        disabled={under}
                        onChange={(e) => give.mutate({ id: p.id, on: e.currentTarget.checked })}
                      />
                    </Group>
                  </li>
                );
              })}
            </Stack>
          )
        }
      </Loaded>
    </Panel>
  );
}
