import { Badge, Text } from "@mantine/core";
import { mdiCheckCircle, mdiCircleHalfFull, mdiCloseCircle } from "@mdi/js";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../../api/queries";
import { HostText } from "../../../parts/HostText";
import { Icon } from "../../../parts/Icon";
import { Panel } from "../../../parts/Panel";
import shared from "../Plugin.module.css";
import classes from "./Overview.module.css";

const levels = {
  enforced: { color: "green", icon: mdiCheckCircle },
  partial: { color: "yellow", icon: mdiCircleHalfFull },
  none: { color: "red", icon: mdiCloseCircle },
} as const;
const order = ["none", "partial", "enforced"];

// Walls are the walls around the plugin as they stand on this machine; what is missing comes first.
export function Walls({ plugin: p }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const walls = [...p.walls].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  const missing = walls.filter((w) => w.level === "none").length;
  const partial = walls.filter((w) => w.level === "partial").length;
  if (p.type === "html")
    return (
      <Panel title={t("overview.walls")}>
        <Text size="sm">{t("overview.wallsPages")}</Text>
      </Panel>
    );
  const lead = missing ? "overview.wallsMissing" : partial ? "overview.wallsPartial" : "overview.wallsAll";
  return (
    <Panel
      title={t("overview.walls")}
      lead={walls.length ? t(lead, { count: missing || partial || walls.length }) : t("overview.wallsUnknown")}
    >
      <ul className={classes.walls}>
        {walls.map((w) => (
          <li key={w.name}>
            <Badge
              variant="light"
              color={levels[w.level].color}
              className={shared.badge}
              tt="none"
              data-level={w.level}
              leftSection={<Icon path={levels[w.level].icon} size={14} />}
            >
              {t(`overview.level.${w.level}`)}
            </Badge>
            <div>
              <Text size="sm" fw={600}>
                {t(`common.wall.${w.name}`)}
              </Text>
              <HostText c="dimmed">{w.reason}</HostText>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
