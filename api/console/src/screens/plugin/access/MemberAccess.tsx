import { Anchor, Button, Group, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Plugin } from "../../../api/queries";
import { sideOf } from "../../../api/sides";
import { notifyFailure } from "../../../parts/Failed";
import { Loaded } from "../../../parts/Loaded";
import { Panel } from "../../../parts/Panel";
import { paths } from "../../../paths";
import { givePlugin, type Member, profilesQuery, staffQuery } from "../../staff/queries";
import { Mark } from "../../staff/RoleBadge";
import classes from "../../staff/Sidebar.module.css";

const atOnce = 50;

// MemberAccess are the members who have a plugin, and by what; it is given and taken away here.
export function MemberAccess({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const staff = useQuery(staffQuery);
  const profiles = useQuery(profilesQuery).data ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const give = useMutation({
    mutationFn: ({ username, on }: { username: string; on: boolean }) => givePlugin(username, plugin.id, on),
    onSuccess: () => setChosen(null),
    onError: (e) => notifyFailure(e),
    onSettled: () => {
      for (const key of ["staff", "sidebar"]) client.invalidateQueries({ queryKey: [key] });
    },
  });
  const profileOf = (m: Member) => profiles.find((p) => p.id === m.profile && p.plugins.includes(plugin.id));
  return (
    <Panel title={t("access.members")} lead={t("access.membersDetail")}>
      <Loaded query={staff}>
        {(members) => {
          const admins = members.filter((m) => m.role === "admin");
          const having = members.filter((m) => m.role !== "admin" && (m.plugins.includes(plugin.id) || profileOf(m)));
          const others = members.filter((m) => m.role !== "admin" && !m.plugins.includes(plugin.id));
          return (
            <Stack gap="sm">
              <Group gap="xs" align="flex-end">
                <Select
                  flex="1 1 200px"
                  label={t("access.giveTo")}
                  placeholder={t(others.length ? "access.choose" : "access.allHave")}
                  disabled={others.length === 0}
                  searchable
                  limit={50}
                  nothingFoundMessage={t("common.nothingFound")}
                  data={others.map((m) => m.username)}
                  value={chosen}
                  onChange={setChosen}
                />
                <Button
                  loading={give.isPending && give.variables.on}
                  disabled={!chosen}
                  onClick={() => chosen && give.mutate({ username: chosen, on: true })}
                >
                  {t("access.give")}
                </Button>
              </Group>
              <Stack component="ul" gap={0} p={0} className={classes.list} tabIndex={having.length > 7 ? 0 : undefined}>
                {admins.slice(0, atOnce).map((m) => (
                  <Row key={m.username} member={m} why={[t("staff.why.role")]} />
                ))}
                {having.slice(0, 500).map((m) => {
                  const own = m.plugins.includes(plugin.id);
                  const profile = profileOf(m);
                  const why = [own && t("staff.why.own"), profile && t("staff.why.profile", { name: profile.name })].filter((w) => !!w);
                  const hidden = m.kind === "person" && !sideOf(plugin, m.role).visible;
                  return (
                    <Row key={m.username} member={m} why={why as string[]} note={hidden ? t("staff.notShown") : undefined}>
                      {own && (
                        <Button
                          size="compact-sm"
                          variant="default"
                          aria-label={t("access.takeFrom", { name: m.username })}
                          loading={give.isPending && give.variables.username === m.username}
                          onClick={() => give.mutate({ username: m.username, on: false })}
                        >
                          {t("access.take")}
                        </Button>
                      )}
                    </Row>
                  );
                })}
              </Stack>
              {having.length === 0 && (
                <Text size="sm" c="dimmed">
                  {t("access.nobody")}
                </Text>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function Row({ member, why, note, children }: { member: Member; why: string[]; note?: string | undefined; children?: React.ReactNode }) {
  return (
    <li className={classes.item}>
      <Anchor component={Link} href={paths.staff(member.username)} size="sm" className={classes.name} title={member.username}>
        {member.username}
      </Anchor>
      <Group gap={4} justify="flex-end">
        {note && <Mark>{note}</Mark>}
        {why.map((w) => (
          <Mark key={w}>{w}</Mark>
        ))}
        {children}
      </Group>
    </li>
  );
}
