import { Button, Card, Group, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { pluginsQuery } from "../../api/queries";
import { upload } from "../../api/upload";
import { notifyFailure } from "../../parts/Failed";
import { PluginAvatar } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Page } from "../../parts/Page";
import { StatePill, shownState } from "../../parts/StatePill";
import { paths } from "../../paths";

export default function Zone() {
  const { t } = useTranslation();
  const plugins = useQuery(pluginsQuery);
  const [, go] = useLocation();
  const send = async (file: File | undefined) => {
    if (!file) return;
    try {
      const { plugin } = await upload(file);
      go(paths.consent(plugin.id));
    } catch (e) {
      notifyFailure(e);
    }
  };
  return (
    <Page
      title={t("zone.title")}
      actions={
        <Button component="label">
          Upload
          <input type="file" accept=".zip" hidden onChange={(e) => send(e.currentTarget.files?.[0])} />
        </Button>
      }
    >
      <Loaded query={plugins}>
        {(list) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {list.map((p) => (
              <Card key={p.id} withBorder component={Link} href={paths.plugin(p.id)}>
                <Group>
                  <PluginAvatar id={p.id} name={p.icon} />
                  <Text fw={600}>{p.name}</Text>
                  <StatePill state={shownState(p)} since={p.since} />
                </Group>
              </Card>
            ))}
          </SimpleGrid>
        )}
      </Loaded>
    </Page>
  );
}
