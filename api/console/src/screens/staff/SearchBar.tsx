import { Group, Text, TextInput } from "@mantine/core";
import { mdiMagnify } from "@mdi/js";
import type { ReactNode } from "react";
import { Icon } from "../../parts/Icon";

interface Props {
  // label says what is searched.
  label: string;
  value: string;
  onChange: (text: string) => void;
  // count says how much is left.
  count: string;
  // children narrow the list besides.
  children?: ReactNode;
}

// SearchBar is what narrows a list, and how much is left.
export function SearchBar({ label, value, onChange, count, children }: Props) {
  return (
    <Group gap="xs">
      <TextInput
        type="search"
        flex="1 1 220px"
        maw={420}
        aria-label={label}
        placeholder={label}
        leftSection={<Icon path={mdiMagnify} />}
        value={value}
        onChange={(e) => onChange(e.currentTarget.value)}
      />
      {children}
      <Text size="sm" c="dimmed" role="status" ml="auto">
        {count}
      </Text>
    </Group>
  );
}
