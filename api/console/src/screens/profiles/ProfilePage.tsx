import { Anchor, SimpleGrid, Stack, Text } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { api, tagged } from "../../api/client";
import { asFailure } from "../../api/failure";
import { Loaded } from "../../parts/Loaded";
import { Nothing, Page } from "../../parts/Page";
import { Panel } from "../../parts/Panel";
import { paths } from "../../paths";
import { staffQuery } from "../staff/queries";
import classes from "../staff/Sidebar.module.css";
import { ProfileDanger } from "./ProfileDanger";
import { ProfileForm } from "./ProfileForm";

export const profileQuery = (id: string) =>
  queryOptions({ queryKey: ["profiles", id], queryFn: () => tagged(api.GET("/api/v1/profiles/{id}", { params: { path: { id } } })) });

export function ProfilePage({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useQuery(profileQuery(id));
  const back = { href: paths.profiles(), label: t("profiles.title") };
  const gone = query.error && asFailure(query.error).status === 404;
  return (
    <Page title={gone ? id : (query.data?.data.name ?? id)} back={back}>
      {gone ? (
        <Nothing title={t("profiles.gone")}>{t("profiles.goneDetail")}</Nothing>
      ) : (
        <Loaded query={query}>
          {(profile) => (
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
              <ProfileForm profile={profile} />
              <Stack gap="lg">
                <Members id={id} count={profile.data.members} />
                <ProfileDanger profile={profile} />
              </Stack>
            </SimpleGrid>
          )}
        </Loaded>
      )}
    </Page>
  );
}

function Members({ id, count }: { id: string; count: number }) {
  const { t } = useTranslation();
  const staff = useQuery(staffQuery).data?.filter((m) => m.profile === id) ?? [];
  return (
    <Panel title={t("profiles.members")} lead={t(count ? "profiles.membersDetail" : "profiles.noMembers")}>
      {staff.length > 0 && (
        <Stack component="ul" gap={0} p={0} className={classes.list} tabIndex={staff.length > 9 ? 0 : undefined}>
          {staff.slice(0, 200).map((m) => (
            <li key={m.username} className={classes.item}>
              <Anchor component={Link} href={paths.staff(m.username)} size="sm" className={classes.name}>
                {m.username}
              </Anchor>
            </li>
          ))}
        </Stack>
      )}
      {staff.length > 200 && (
        <Text size="sm" c="dimmed">
          {t("profiles.moreMembers", { count: staff.length - 200 })}
        </Text>
      )}
    </Panel>
  );
}
