import { Anchor, Avatar, Button, Group, Text } from "@mantine/core";
import { mdiRobotOutline } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useMe } from "../../api/queries";
import { Icon } from "../../parts/Icon";
import { Listing } from "../../parts/Listing";
import { When } from "../../parts/When";
import { paths } from "../../paths";
import { type Member, profilesQuery } from "./queries";
import { Mark, RoleBadge } from "./RoleBadge";

const atOnce = 100;

export function MemberTable({ members }: { members: Member[] }) {
  const { t } = useTranslation();
  const me = useMe();
  const profiles = useQuery(profilesQuery);
  const [shown, setShown] = useState(atOnce);
  const profileName = (id: string) => profiles.data?.find((p) => p.id === id)?.name ?? id;
  return (
    <>
      <Listing
        label={t("staff.title")}
        rows={members.slice(0, shown)}
        rowKey={(m) => m.username}
        columns={[
          {
            label: t("staff.username"),
            cell: (m) => (
              <Group gap="sm" wrap="nowrap" style={{ minWidth: 0 }}>
                {m.kind === "service" ? (
                  <Avatar size={30} radius="xl" color="gray">
                    <Icon path={mdiRobotOutline} />
                  </Avatar>
                ) : (
                  <Avatar size={30} radius="xl" color="zone" name={m.username} aria-hidden />
                )}
                <Anchor component={Link} href={paths.staff(m.username)} fw={600} size="sm" style={{ overflowWrap: "anywhere" }}>
                  {m.username}
                </Anchor>
                {m.username === me.user && <Mark>{t("staff.you")}</Mark>}
                {m.kind === "service" && <Mark>{t("staff.kind.service")}</Mark>}
                {m.external && <Mark>{t("staff.sso")}</Mark>}
                {m.totp && <Mark>{t("staff.totp")}</Mark>}
              </Group>
            ),
          },
          { label: t("staff.role"), cell: (m) => <RoleBadge role={m.role} /> },
          {
            label: t("staff.profile"),
            cell: (m) =>
              m.profile ? (
                <Anchor component={Link} href={paths.profiles(m.profile)} size="sm">
                  {profileName(m.profile)}
                </Anchor>
              ) : (
                <Text size="sm" c="dimmed" span>
                  {t("common.none")}
                </Text>
              ),
          },
          {
            label: t("staff.own"),
            cell: (m) => (
              <Text size="sm">{m.role === "admin" ? t("staff.allPlugins") : t("staff.plugins", { count: m.plugins.length })}</Text>
            ),
          },
          {
            label: t("staff.changed"),
            cell: (m) => (
              <Text size="sm" c="dimmed" component="span">
                <When at={m.updatedAt} />
              </Text>
            ),
          },
        ]}
      />
      {members.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + atOnce)} style={{ alignSelf: "center" }}>
          {t("staff.showMore", { count: Math.min(atOnce, members.length - shown) })}
        </Button>
      )}
    </>
  );
}
