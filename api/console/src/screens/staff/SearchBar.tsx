import { Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

// SearchBar is what narrows a list, and how much is left.
export function SearchBar({ count, children }: { count: string; children: ReactNode }) {
  return (
    <Group gap="xs">
      {children}
      <Text size="sm" c="dimmed" role="status" ml="auto">
        {count}
      </Text>
    </Group>
  );
}
