import { Text } from "@mantine/core";
import { mdiCheckCircle, mdiCircleHalfFull, mdiCloseCircle } from "@mdi/js";
import { useTranslation } from "react-i18next";
import type { Schema } from "../api/client";
import { HostText } from "./HostText";
import { Tag } from "./Tag";
import classes from "./WallList.module.css";

const levels = {
  none: { color: "red", icon: mdiCloseCircle },
  partial: { color: "yellow", icon: mdiCircleHalfFull },
  enforced: { color: "green", icon: mdiCheckCircle },
} as const;
const order = Object.keys(levels);

// WallList is how each wall around a plugin stands on this machine, and why; what is missing comes first.
export function WallList({ walls, required = [] }: { walls: Schema["Wall"][]; required?: string[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.walls}>
      {walls
        .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
        .map((w) => (
          <li key={w.name} data-level={w.level}>
            <Tag color={levels[w.level].color} icon={levels[w.level].icon}>
              {t(`common.wallLevel.${w.level}`)}
            </Tag>
            <div>
              <Text size="sm" fw={600}>
                {t(`common.wall.${w.name}`)}
                {required.includes(w.name) && ` · ${t("system.required")}`}
              </Text>
              {w.reason && <HostText c="dimmed">{w.reason}</HostText>}
            </div>
          </li>
        ))}
    </ul>
  );
}
