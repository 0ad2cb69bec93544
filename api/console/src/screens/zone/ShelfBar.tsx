import { Button, Group, NativeSelect, SegmentedControl, TextInput, VisuallyHidden } from "@mantine/core";
import { mdiMagnify, mdiTable, mdiViewGridOutline } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { number } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import classes from "./ShelfBar.module.css";
import { type Group as Counted, groups, kinds, orders, type Shelf } from "./shelf";
import { useZoneView } from "./zoneView";

interface Props {
  shelf: Shelf;
  counts: Record<Counted, number>;
  total: number;
  set: (next: Partial<Shelf>, typing?: boolean) => void;
}

// ShelfBar is the search, the filter and the order of the plugins.
export function ShelfBar({ shelf, counts, total, set }: Props) {
  const { t } = useTranslation();
  const [view, setView] = useZoneView();
  const shown = groups.filter((g) => counts[g] > 0 || shelf.state === g);
  return (
    <search className={classes.bar}>
      <Group gap="xs">
        <TextInput
          type="search"
          aria-label={t("zone.search")}
          placeholder={t("zone.search")}
          leftSection={<Icon path={mdiMagnify} />}
          value={shelf.q}
          onChange={(e) => set({ q: e.currentTarget.value }, true)}
          className={classes.search}
          maxLength={200}
        />
        <NativeSelect
          aria-label={t("zone.column.type")}
          data={[{ value: "", label: t("zone.anyType") }, ...kinds.map((value) => ({ value, label: t(`common.type.${value}`) }))]}
          value={shelf.type ?? ""}
          onChange={(e) => set({ type: kinds.find((k) => k === e.currentTarget.value) ?? null })}
          className={classes.select}
        />
        <NativeSelect
          aria-label={t("zone.sort")}
          data={orders.map((value) => ({ value, label: t(`zone.order.${value}`) }))}
          value={shelf.sort}
          onChange={(e) => set({ sort: orders.find((o) => o === e.currentTarget.value) ?? "name" })}
          className={classes.select}
        />
        <SegmentedControl
          aria-label={t("zone.view.label")}
          className={classes.view}
          value={view}
          onChange={(v) => setView(v as typeof view)}
          data={[
            { value: "cards", label: <Seg icon={mdiViewGridOutline} text={t("zone.view.cards")} /> },
            { value: "table", label: <Seg icon={mdiTable} text={t("zone.view.table")} /> },
          ]}
        />
      </Group>
      <Group gap={6} role="group" aria-label={t("zone.column.state")}>
        <Choice on={shelf.state === null} label={t("common.all")} count={total} onClick={() => set({ state: null })} />
        {shown.map((g) => (
          <Choice
            key={g}
            on={shelf.state === g}
            label={t(`zone.group.${g}`)}
            count={counts[g]}
            onClick={() => set({ state: shelf.state === g ? null : g })}
          />
        ))}
      </Group>
    </search>
  );
}

function Seg({ icon, text }: { icon: string; text: string }) {
  return (
    <span className={classes.seg} title={text}>
      <Icon path={icon} />
      <VisuallyHidden>{text}</VisuallyHidden>
    </span>
  );
}

function Choice({ on, label, count, onClick }: { on: boolean; label: string; count: number; onClick: () => void }) {
  return (
    <Button
      size="compact-sm"
      radius="xl"
      variant={on ? "filled" : "default"}
      aria-pressed={on}
      onClick={onClick}
      rightSection={<span className={classes.count}>{number(count)}</span>}
    >
      {label}
    </Button>
  );
}
