import { Paper, ScrollArea, Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dateTime } from "../../../parts/format";
import classes from "./Metrics.module.css";
import type { Point, Series } from "./series";

// PointTable is the charts as numbers, the newest first.
export function PointTable({ points, series }: { points: Point[]; series: Series[] }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder>
      <ScrollArea>
        <Table className={classes.table} aria-label={t("metrics.table")} verticalSpacing={6} horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("metrics.time")}</Table.Th>
              {series.map((s) => (
                <Table.Th key={s.name} ta="right">
                  {t(`metrics.${s.name}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {points.toReversed().map((p) => (
              <Table.Tr key={p.time}>
                <Table.Td>{dateTime(p.time)}</Table.Td>
                {series.map((s) => {
                  const value = s.value(p);
                  return (
                    <Table.Td key={s.name} ta="right">
                      {value === null ? "—" : s.form(value)}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </Paper>
  );
}
