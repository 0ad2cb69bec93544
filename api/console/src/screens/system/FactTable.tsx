import { Table } from "@mantine/core";
import type { ReactNode } from "react";

// FactTable are names and what they are.
export function FactTable({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <Table withRowBorders={false} verticalSpacing={5} horizontalSpacing={0}>
      <Table.Tbody>
        {facts.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th fw={500} c="dimmed" w="42%" pr="sm">
              {name}
            </Table.Th>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
