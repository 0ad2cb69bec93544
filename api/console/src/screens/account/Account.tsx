import { Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { sidebarQuery, useMe } from "../../api/queries";
import { Loaded } from "../../parts/Loaded";
import { Page } from "../../parts/Page";
import { Panel } from "../../parts/Panel";
import { Mark, RoleBadge } from "../staff/RoleBadge";
import { SidebarPreview } from "../staff/SidebarPreview";
import { TokenList } from "../tokens/TokenList";
import { Password } from "./Password";
import { Sessions } from "./Sessions";

const SecondFactor = lazy(() => import("./SecondFactor"));

// Account is what members manage of themselves.
export default function Account() {
  const { t } = useTranslation();
  const me = useMe();
  const sidebar = useQuery(sidebarQuery);
  return (
    <Page title={t("account.title")} lead={t("account.lead")}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap="lg">
          <Panel title={t("account.who")} lead={t("account.whoDetail")}>
            <Group gap="xs">
              <Text fw={600} style={{ overflowWrap: "anywhere" }}>
                {me.user}
              </Text>
              <RoleBadge role={me.role} />
              {me.profile && <Mark>{t("account.profile", { name: me.profile })}</Mark>}
            </Group>
            <Loaded query={sidebar}>
              {(entries) => <SidebarPreview label={t("account.plugins")} entries={entries} empty={t("account.noPlugins")} />}
            </Loaded>
          </Panel>
        </Stack>
        <Stack gap="lg">
          <Password />
          <Suspense>
            <SecondFactor />
          </Suspense>
        </Stack>
      </SimpleGrid>
      <Sessions />
      <TokenList user={me.user} />
    </Page>
  );
}
