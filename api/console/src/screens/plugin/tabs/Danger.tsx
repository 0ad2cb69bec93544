import { Button, Checkbox, Divider, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { mdiDownload } from "@mdi/js";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { actionIcons } from "../../../parts/actionIcons";
import { Icon } from "../../../parts/Icon";
import { usePluginActions } from "../../../parts/usePluginActions";
import { WhyButton } from "../../../parts/WhyButton";
import { paths } from "../../../paths";
import type { TabProps } from "../PluginPage";

// Danger is what takes a plugin out of use, after the copy that one may want to keep.
export default function Danger({ plugin: p }: TabProps) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const { run, button } = usePluginActions(p);
  const [data, setData] = useState(true);
  return (
    <Paper withBorder p="md" maw={860}>
      <Stack gap="lg">
        <Part
          title={t("danger.export")}
          action={
            <Button
              component="a"
              href={`/api/v1/plugins/${encodeURIComponent(p.id)}/export?data=${data}`}
              download
              variant="default"
              leftSection={<Icon path={mdiDownload} />}
            >
              {t("common.download")}
            </Button>
          }
        >
          {t("danger.exportDetail")}
          <Checkbox
            label={t("danger.exportData")}
            description={p.type === "script" && p.state === "running" ? t("danger.exportStops") : undefined}
            checked={data}
            onChange={(e) => setData(e.currentTarget.checked)}
          />
        </Part>
        <Divider />
        <Part
          title={t("danger.uninstall")}
          action={
            <WhyButton {...button("uninstall")} variant="outline" color="red" leftSection={<Icon path={actionIcons.uninstall} />}>
              {t("common.action.uninstall")}
            </WhyButton>
          }
        >
          {t("danger.uninstallDetail")}
          <List of={[t("danger.uninstallEnds"), t("danger.uninstallKeeps"), t("danger.uninstallChoice")]} />
        </Part>
        <Divider />
        <Part
          title={t("danger.remove")}
          action={
            <WhyButton
              {...button("remove")}
              color="red"
              leftSection={<Icon path={actionIcons.remove} />}
              onClick={async () => {
                if (await run("remove")) go(paths.zone, { replace: true });
              }}
            >
              {t("common.action.remove")}
            </WhyButton>
          }
        >
          {p.active ? t("danger.removeInstalled") : t("danger.removeDetail")}
          <List of={[t("danger.removeFiles"), t("danger.removeData"), t("danger.removePeople"), t("danger.removeTrail")]} />
        </Part>
      </Stack>
    </Paper>
  );
}

function Part({ title, action, children }: { title: string; action: ReactNode; children: ReactNode }) {
  return (
    <Group align="flex-start" justify="space-between" gap="md">
      <Stack gap="xs" style={{ flex: "1 1 280px" }}>
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text size="sm" component="div">
          <Stack gap="xs">{children}</Stack>
        </Text>
      </Stack>
      {action}
    </Group>
  );
}

function List({ of }: { of: string[] }) {
  return (
    <ul style={{ margin: 0, paddingInlineStart: 20 }}>
      {of.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
