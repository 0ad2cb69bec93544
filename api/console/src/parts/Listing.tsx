import { Paper, Table } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Listing.module.css";
import { Nothing } from "./Page";

export interface Column<T> {
  label: string;
  cell: (row: T) => ReactNode;
  // hidden keeps the label for screen readers alone.
  hidden?: boolean;
}

// Listing is a table that becomes a list of cards where the window is narrow.
export function Listing<T>({
  label,
  rows,
  columns,
  rowKey,
  empty,
}: {
  label: string;
  rows: T[];
  columns: Column<T>[];
  rowKey: (row: T) => string;
  empty?: ReactNode;
}) {
  const { t } = useTranslation();
  if (rows.length === 0) return <Paper withBorder>{empty ?? <Nothing title={t("common.nothingFound")} />}</Paper>;
  return (
    <Paper withBorder className={classes.frame}>
      <Table className={classes.table} aria-label={label} verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {columns.map((c) => (
              <Table.Th key={c.label}>{c.hidden ? <span className={classes.hidden}>{c.label}</span> : c.label}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={rowKey(row)}>
              {columns.map((c) => (
                <Table.Td key={c.label} data-label={c.hidden ? undefined : c.label}>
                  {c.cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
