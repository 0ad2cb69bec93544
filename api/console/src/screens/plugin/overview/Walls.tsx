import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../../api/queries";
import { Panel } from "../../../parts/Panel";
import { WallList } from "../../../parts/WallList";

// Walls are the walls around the plugin as they stand on this machine.
export function Walls({ plugin: { type, walls } }: { plugin: Plugin }) {
  const { t } = useTranslation();
  if (type === "html")
    return (
      <Panel title={t("overview.walls")}>
        <Text size="sm">{t("overview.wallsPages")}</Text>
      </Panel>
    );
  const missing = walls.filter((w) => w.level === "none").length;
  const partial = walls.filter((w) => w.level === "partial").length;
  const lead = missing ? "overview.wallsMissing" : partial ? "overview.wallsPartial" : "overview.wallsAll";
  return (
    <Panel
      title={t("overview.walls")}
      lead={walls.length ? t(lead, { count: missing || partial || walls.length }) : t("overview.wallsUnknown")}
    >
      <WallList walls={walls} />
    </Panel>
  );
}
