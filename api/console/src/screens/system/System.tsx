import { SimpleGrid, Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";
import { systemQuery } from "../../api/queries";
import { Loaded } from "../../parts/Loaded";
import { Page } from "../../parts/Page";
import { Panel } from "../../parts/Panel";
import { WallList } from "../../parts/WallList";
import { paths } from "../../paths";
import { BackupButton } from "./Backup";
import { Doctor } from "./Doctor";
import { About, Runtimes, Secrets, Space } from "./Facts";

// System is the host itself: what it is, which walls its machine holds, and what its doctor finds.
export default function System() {
  const { t } = useTranslation();
  const system = useQuery({ ...systemQuery, refetchInterval: 30_000 });
  const [, go] = useLocation();
  const tab = new URLSearchParams(useSearch()).get("tab") === "facts" ? "facts" : "doctor";
  return (
    <Page title={t("system.title")} lead={t("system.lead")} actions={<BackupButton />}>
      <Tabs value={tab} onChange={(to) => go(to === "facts" ? `${paths.system}?tab=facts` : paths.system)} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="doctor">{t("system.doctor")}</Tabs.Tab>
          <Tabs.Tab value="facts">{t("system.facts")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="doctor">
          <Doctor />
        </Tabs.Panel>
        <Tabs.Panel value="facts">
          <Loaded query={system}>
            {(data) => (
              <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
                <About system={data} />
                <Space system={data} />
                <Panel title={t("system.walls")} lead={t("system.wallsLead")}>
                  <WallList walls={data.walls} required={data.requiredWalls} />
                </Panel>
                <Stack gap="md">
                  <Runtimes system={data} />
                  <Secrets system={data} />
                </Stack>
              </SimpleGrid>
            )}
          </Loaded>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
