import { Fieldset, MultiSelect, NumberInput, Select, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useForm } from "./form";
import { JsonPart } from "./JsonPart";
import { ListPart } from "./ListPart";
import { SecretPart } from "./SecretPart";
import { choicesOf, dotted, follow, type Json, kindOf, type Path, type Schema, titleOf, typeOf } from "./schema";
import { get, same } from "./values";

export interface PartProps {
  schema: Schema;
  path: Path;
  required: boolean;
  // label is used in the place of the part's title.
  label?: string;
}

// Part is one setting, or a group of them.
export function Part({ schema, path, required, label }: PartProps) {
  const { root } = useForm();
  const s = follow(schema, root);
  const props = { schema: s, path, required, label: label ?? titleOf(s, String(path.at(-1) ?? "")) };
  switch (kindOf(s, root)) {
    case "group":
      return (
        <Fieldset legend={props.label} radius="md">
          {s.description && (
            <Text size="sm" c="dimmed" mb="sm">
              {s.description}
            </Text>
          )}
          <Group schema={s} path={path} />
        </Fieldset>
      );
    case "list":
      return <ListPart {...props} />;
    case "secret":
      return <SecretPart {...props} />;
    case "json":
      return <JsonPart {...props} />;
    default:
      return <Field {...props} />;
  }
}

// Group are the settings of an object, in the order of the schema.
export function Group({ schema, path }: { schema: Schema; path: Path }) {
  return (
    <Stack gap="md">
      {Object.entries(schema.properties ?? {}).map(([name, sub]) => (
        <Part key={name} schema={sub} path={[...path, name]} required={schema.required?.includes(name) ?? false} />
      ))}
    </Stack>
  );
}

type Own = PartProps & { label: string };

function Field({ schema: s, path, required, label }: Own) {
  const { t } = useTranslation();
  const { root, plain, errors, set } = useForm();
  const value = get(plain, path);
  const fallback = s.default === undefined || s.default === null ? undefined : s.default;
  const told = typeof fallback === "boolean" ? t(fallback ? "common.yes" : "common.no") : fallback !== undefined && shown(s, fallback);
  const hint = fallback === undefined ? undefined : t("settings.default", { value: told });
  const change = (v: Json | undefined) => set(path, v);
  const common = {
    label,
    description: [s.description, hint].filter(Boolean).join(" · ") || undefined,
    error: errors[dotted(path)],
    withAsterisk: required && fallback === undefined,
    "data-path": dotted(path),
    disabled: s.readOnly === true,
  };
  switch (kindOf(s, root)) {
    case "switch":
      return (
        <Switch
          label={label}
          description={common.description}
          error={common.error}
          data-path={dotted(path)}
          disabled={s.readOnly === true}
          checked={(value ?? fallback) === true}
          onChange={(e) => change(e.currentTarget.checked)}
        />
      );
    case "number":
      return (
        <NumberInput
          {...common}
          value={typeof value === "number" || typeof value === "string" ? value : ""}
          placeholder={fallback === undefined ? undefined : String(fallback)}
          allowDecimal={typeOf(s) !== "integer"}
          clampBehavior="none"
          maw={280}
          onChange={(v) => change(v === "" ? undefined : Number.isFinite(Number(v)) ? Number(v) : v)}
        />
      );
    case "choice":
      return <Choice schema={s} value={value} onChange={change} common={common} required={required} />;
    case "choices":
      return <Choices schema={follow(s.items ?? {}, root)} value={value} onChange={change} common={common} />;
    case "lines":
      return (
        <Textarea
          {...common}
          autosize
          minRows={3}
          maxRows={12}
          value={text(value)}
          placeholder={text(fallback)}
          onChange={(e) => change(e.currentTarget.value || undefined)}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          type={s.format === "email" ? "email" : s.format === "date" ? "date" : "text"}
          value={text(value)}
          placeholder={text(fallback)}
          maxLength={s.maxLength && s.maxLength > 4 ? s.maxLength * 2 : undefined}
          onChange={(e) => change(e.currentTarget.value || undefined)}
          autoComplete="off"
        />
      );
  }
}

interface Chosen {
  schema: Schema;
  value: Json | undefined;
  onChange: (v: Json | undefined) => void;
  common: object;
}

// Choices are named by their place, for a value may be anything.
function Choice({ schema, value, onChange, common, required }: Chosen & { required: boolean }) {
  const { t } = useTranslation();
  const choices = choicesOf(schema) ?? [];
  const at = choices.findIndex((c) => same(c.value, value));
  return (
    <Select
      {...common}
      data={choices.map((c, i) => ({ value: String(i), label: c.label }))}
      value={at < 0 ? null : String(at)}
      placeholder={schema.default === undefined ? t("settings.choose") : shown(schema, schema.default)}
      clearable={!required}
      allowDeselect={!required}
      searchable={choices.length > 8}
      maw={420}
      onChange={(i) => onChange(i === null ? undefined : choices[Number(i)]?.value)}
    />
  );
}

function Choices({ schema, value, onChange, common }: Chosen) {
  const { t } = useTranslation();
  const choices = choicesOf(schema) ?? [];
  const list = Array.isArray(value) ? value : [];
  return (
    <MultiSelect
      {...common}
      data={choices.map((c, i) => ({ value: String(i), label: c.label }))}
      value={list.map((v) => String(choices.findIndex((c) => same(c.value, v)))).filter((i) => i !== "-1")}
      placeholder={list.length ? undefined : t("settings.choose")}
      onChange={(all) => onChange(all.length ? all.map((i) => choices[Number(i)]?.value as Json) : undefined)}
    />
  );
}

const text = (v: Json | undefined) => (v === undefined || v === null ? "" : typeof v === "string" ? v : JSON.stringify(v));

const shown = (s: Schema, v: Json) => choicesOf(s)?.find((c) => same(c.value, v))?.label ?? text(v);
