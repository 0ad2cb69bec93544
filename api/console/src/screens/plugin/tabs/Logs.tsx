import { Paper } from "@mantine/core";
import { mdiTextBoxOutline } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../parts/Icon";
import { Nothing } from "../../../parts/Page";
import { LogPanel } from "../logs/LogPanel";
import type { TabProps } from "../PluginPage";

export default function Logs({ plugin }: TabProps) {
  const { t } = useTranslation();
  if (plugin.type === "script") return <LogPanel key={plugin.id} plugin={plugin} />;
  return (
    <Paper withBorder>
      <Nothing icon={<Icon path={mdiTextBoxOutline} size={40} />} title={t("logs.html")}>
        {t("logs.htmlDetail")}
      </Nothing>
    </Paper>
  );
}
