import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

const outcomes = ["done", "failed", "denied"] as const;
const kinds = [
  "plugin.",
  "member.",
  "profile.",
  "session.",
  "token.",
  "key.",
  "webhook.",
  "totp.",
  "password.",
  "request.denied",
  "host.",
] as const;

export interface Filter {
  actor: string;
  plugin: string;
  kind: string;
  outcome: "" | (typeof outcomes)[number];
}

// filterOf reads the filter from the address.
export function filterOf(search: string): Filter {
  const q = new URLSearchParams(search);
  const outcome = q.get("outcome") ?? "";
  return {
    actor: q.get("actor") ?? "",
    plugin: q.get("plugin") ?? "",
    kind: q.get("kind") ?? "",
    outcome: (outcomes as readonly string[]).includes(outcome) ? (outcome as "done") : "",
  };
}

// searchOf writes what is set of it as an address's query.
export function searchOf(filter: object): string {
  const q = new URLSearchParams(Object.entries(filter).filter(([, v]) => v) as [string, string][]).toString();
  return q && `?${q}`;
}

export function Filters({ filter, onChange }: { filter: Filter; onChange: (to: Filter) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(filter);
  const { actor, plugin } = filter;
  useEffect(() => setTyped((was) => ({ ...was, actor, plugin })), [actor, plugin]);
  const later = useDebouncedCallback(onChange, 300);
  const type = (change: Partial<Filter>) => {
    const to = { ...filter, actor: typed.actor, plugin: typed.plugin, ...change };
    setTyped(to);
    later(to);
  };
  return (
    <Group align="flex-end" gap="sm">
      <TextInput label={t("audit.actor")} value={typed.actor} onChange={(e) => type({ actor: e.currentTarget.value })} w={170} />
      <TextInput label={t("audit.plugin")} value={typed.plugin} onChange={(e) => type({ plugin: e.currentTarget.value })} w={170} />
      <NativeSelect
        label={t("audit.kind")}
        value={filter.kind}
        onChange={(e) => onChange({ ...filter, kind: e.currentTarget.value })}
        data={[
          { value: "", label: t("common.all") },
          ...kinds.map((k) => ({ value: k, label: t(`audit.kinds.${k.replace(".", "_") as "plugin_"}`) })),
        ]}
      />
      <NativeSelect
        label={t("audit.outcome")}
        value={filter.outcome}
        onChange={(e) => onChange({ ...filter, outcome: e.currentTarget.value as Filter["outcome"] })}
        data={[{ value: "", label: t("common.all") }, ...outcomes.map((o) => ({ value: o, label: t(`audit.outcomes.${o}`) }))]}
      />
      {searchOf(filter) && (
        <Button variant="subtle" onClick={() => onChange({ actor: "", plugin: "", kind: "", outcome: "" })}>
          {t("common.clearFilter")}
        </Button>
      )}
    </Group>
  );
}
