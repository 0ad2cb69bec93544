import { Alert, SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Panel } from "../../../parts/Panel";
import { MemberAccess } from "../access/MemberAccess";
import { Preview } from "../access/Preview";
import { ProfileAccess } from "../access/ProfileAccess";
import type { TabProps } from "../PluginPage";

// Access is who has a plugin and what they see of it.
export default function Access({ plugin }: TabProps) {
  const { t } = useTranslation();
  return (
    <>
      {!plugin.active && <Alert color="yellow">{t("access.notInstalled")}</Alert>}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap="lg">
          <MemberAccess plugin={plugin} />
          <ProfileAccess plugin={plugin} />
        </Stack>
        <div>
          <Panel title={t("access.preview")} lead={t(`access.sidebar.${plugin.sidebar}`)}>
            <Preview plugin={plugin} />
          </Panel>
        </div>
      </SimpleGrid>
    </>
  );
}
