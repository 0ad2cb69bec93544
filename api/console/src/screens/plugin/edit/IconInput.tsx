import { Autocomplete, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { PluginAvatar, PluginIcon } from "../../../parts/Icon";

// IconInput names an icon: its looks beside it, and those that have what is typed in their name below.
export function IconInput({
  id,
  value,
  error,
  onChange,
}: {
  id: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const { t } = useTranslation();
  const { data: names = [] } = useQuery({
    queryKey: ["icon-names"],
    queryFn: async () => (await import("virtual:icon-names")).default,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const wanted = value
    .replace(/^icon-/, "")
    .trim()
    .toLowerCase();
  const found = names
    .filter((n) => n.includes(wanted))
    .sort((a, b) => Number(b.startsWith(wanted)) - Number(a.startsWith(wanted)))
    .slice(0, 30);
  const unknown = names.length > 0 && value !== "" && !names.includes(wanted);
  return (
    <Group align="flex-end" wrap="nowrap" gap="sm">
      <PluginAvatar id={id} name={value} size={42} />
      <Autocomplete
        style={{ flex: 1 }}
        label={t("plugin.edit.icon")}
        description={unknown ? t("plugin.edit.iconUnknown") : t("plugin.edit.iconHint")}
        value={value}
        error={error}
        data={found.map((n) => `icon-${n}`)}
        filter={({ options }) => options}
        maxDropdownHeight={260}
        onChange={onChange}
        renderOption={({ option }) => (
          <Group gap="sm" wrap="nowrap">
            <PluginIcon name={option.value} size={20} />
            {option.value}
          </Group>
        )}
        spellCheck={false}
      />
    </Group>
  );
}
