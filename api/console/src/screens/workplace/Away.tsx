import { Button, Stack, Text, Title } from "@mantine/core";
import { mdiRefresh } from "@mdi/js";
import { useTranslation } from "react-i18next";
import type { SidebarEntry } from "../../api/queries";
import { Icon, PluginAvatar } from "../../parts/Icon";
import { neutral } from "../../parts/neutral";
import { relaunch } from "./relaunch";
import classes from "./Workplace.module.css";

// Away stands where a plugin's page tried to leave for another site.
export function Away({ entry, to }: { entry: SidebarEntry; to: string }) {
  const { t } = useTranslation();
  return (
    <div className={classes.center}>
      <Stack align="center" maw={520} ta="center" role="alert">
        <PluginAvatar id={entry.id} name={entry.icon} size={56} />
        <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
          {t("workplace.away", { name: entry.name })}
        </Title>
        <Text c="dimmed">{t("workplace.awayDetail")}</Text>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {neutral(to)}
        </Text>
        <Button leftSection={<Icon path={mdiRefresh} />} onClick={() => relaunch(entry.id)}>
          {t("workplace.awayBack")}
        </Button>
      </Stack>
    </div>
  );
}
