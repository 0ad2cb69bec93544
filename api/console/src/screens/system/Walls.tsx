import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { HostText } from "../../parts/HostText";
import { Panel } from "../../parts/Panel";
import { Tag } from "../../parts/Tag";

const colors = { enforced: "green", partial: "yellow", none: "red" } as const;

// Walls are what holds a plugin on this machine. A wall that is missing is shown as missing.
export function Walls({ walls, required = [] }: { walls: Schema["Wall"][]; required?: string[] }) {
  const { t } = useTranslation();
  return (
    <Panel title={t("system.walls")} lead={t("system.wallsLead")}>
      <Stack gap="sm">
        {walls.map((w) => (
          <div key={w.name}>
            <Group gap="xs" justify="space-between">
              <Text fw={600} size="sm">
                {t(`common.wall.${w.name}`)}
                {required.includes(w.name) && ` · ${t("system.required")}`}
              </Text>
              <Tag color={colors[w.level]}>{t(`system.level.${w.level}`)}</Tag>
            </Group>
            {w.reason && (
              <HostText size="xs" c="dimmed">
                {w.reason}
              </HostText>
            )}
          </div>
        ))}
      </Stack>
    </Panel>
  );
}
