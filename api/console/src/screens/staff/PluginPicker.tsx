import { Checkbox, Group, Loader, Paper, ScrollArea, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { mdiMagnify } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { byName, pluginsQuery } from "../../api/queries";
import { Icon, PluginAvatar } from "../../parts/Icon";

// Choice is what is shown of a plugin to choose.
export interface Choice {
  id: string;
  name: string;
  icon: string;
  sidebar?: string;
}

// PluginPicker is a list of all plugins to tick, with a search. note says more about one.
export function PluginPicker({
  label,
  value,
  onChange,
  note,
  from,
}: {
  label: string;
  value: string[];
  onChange: (ids: string[]) => void;
  note?: (p: Choice) => ReactNode;
  // from are the plugins to choose from; without it all of the host.
  from?: Choice[];
}) {
  const { t } = useTranslation();
  const { data: plugins = from } = useQuery({ ...pluginsQuery, enabled: !from });
  const [search, setSearch] = useState("");
  const [shown, setShown] = useState<"all" | "chosen">("all");
  if (!plugins) return <Loader size="sm" aria-label={t("common.loading")} />;

  const known = new Set(plugins.map((p) => p.id));
  const gone = value.filter((id) => !known.has(id));
  const words = search.trim().toLowerCase();
  const rows = plugins
    .filter((p) => (shown === "all" || value.includes(p.id)) && `${p.name} ${p.id}`.toLowerCase().includes(words))
    .sort(byName);
  const toggle = (id: string, on: boolean) => onChange(on ? [...value, id] : value.filter((other) => other !== id));

  return (
    <Stack gap="xs" role="group" aria-label={label}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={500}>
          {label}
        </Text>
        <Text size="sm" c="dimmed" aria-live="polite">
          {t("staff.chosen", { count: value.length, all: plugins.length })}
        </Text>
      </Group>
      {plugins.length > 6 && (
        <Group gap="xs">
          <TextInput
            flex="1 1 160px"
            type="search"
            aria-label={t("staff.findPlugin")}
            placeholder={t("staff.findPlugin")}
            leftSection={<Icon path={mdiMagnify} />}
            value={search}
            onChange={(e) => setSearch(e.currentTarget.value)}
            onKeyDown={(e) => e.key === "Enter" && e.preventDefault()}
          />
          <SegmentedControl
            size="xs"
            aria-label={t("staff.shownPlugins")}
            value={shown}
            onChange={setShown}
            data={[
              { value: "all", label: t("common.all") },
              { value: "chosen", label: t("staff.onlyChosen") },
            ]}
          />
        </Group>
      )}
      <Paper withBorder>
        <ScrollArea.Autosize
          mah={320}
          type="auto"
          scrollbars="y"
          styles={{ content: { display: "block", minWidth: 0 } }}
          viewportProps={{ tabIndex: -1 }}
        >
          <Stack gap={0} py={4}>
            {rows.map((p) => (
              <Checkbox
                key={p.id}
                px="sm"
                py={6}
                checked={value.includes(p.id)}
                onChange={(e) => toggle(p.id, e.currentTarget.checked)}
                styles={{ body: { alignItems: "center" }, labelWrapper: { minWidth: 0, flex: 1 } }}
                label={
                  <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
                    <PluginAvatar id={p.id} name={p.icon} size={24} />
                    <Text size="sm" truncate title={p.name} component="span" style={{ minWidth: 0 }}>
                      {p.name}
                    </Text>
                    {note?.(p)}
                  </Group>
                }
              />
            ))}
            {shown === "chosen" &&
              gone.map((id) => (
                <Checkbox key={id} px="sm" py={6} checked onChange={() => toggle(id, false)} label={`${id} (${t("staff.gonePlugin")})`} />
              ))}
            {rows.length === 0 && (shown === "all" || gone.length === 0) && (
              <Text size="sm" c="dimmed" p="sm">
                {t(plugins.length === 0 ? "staff.noPlugins" : "common.nothingFound")}
              </Text>
            )}
          </Stack>
        </ScrollArea.Autosize>
      </Paper>
    </Stack>
  );
}
