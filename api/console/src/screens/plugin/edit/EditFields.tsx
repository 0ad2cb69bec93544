import { Fieldset, NumberInput, Radio, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../../api/queries";
import { type Edits, limitNames, range } from "./fields";
import { IconInput } from "./IconInput";

const sidebars = ["always", "adminOnly", "agentOnly", "never"] as const;
const policies = ["on-failure", "always", "never"] as const;
const desires = ["running", "stopped"] as const;

interface Props {
  plugin: Plugin;
  edits: Edits;
  errors: Record<string, string>;
  onChange: (change: Edits) => void;
}

// EditFields are the fields of a plugin that can be changed: what it is called and where it shows, and of a script how it runs.
export function EditFields(props: Props) {
  const { t } = useTranslation();
  const { plugin: p, edits, errors, onChange } = props;
  return (
    <>
      <Textarea
        label={t("plugin.edit.description")}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={2000}
        value={edits.description ?? p.description}
        error={errors.description}
        onChange={(e) => onChange({ description: e.currentTarget.value })}
        data-autofocus
      />
      <IconInput id={p.id} value={edits.icon ?? p.icon} error={errors.icon} onChange={(icon) => onChange({ icon })} />
      <Radio.Group
        label={t("plugin.edit.sidebar")}
        description={t("plugin.edit.sidebarHint")}
        value={edits.sidebar ?? p.sidebar}
        error={errors.sidebar}
        onChange={(v) => onChange({ sidebar: v as Plugin["sidebar"] })}
      >
        <Stack gap="xs" mt="xs">
          {sidebars.map((v) => (
            <Radio key={v} value={v} label={t(`plugin.sidebar.${v}`)} description={t(`plugin.sidebarDetail.${v}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Fieldset legend={t("plugin.edit.views")}>
        <Stack gap="sm">
          {(["admin", "agent"] as const).map((v) => (
            <TextInput
              key={v}
              label={t(`plugin.edit.${v}`)}
              description={v === "admin" ? t("plugin.edit.viewHint") : undefined}
              value={edits[v] ?? p.views[v] ?? ""}
              error={errors[`views.${v}`]}
              onChange={(e) => onChange({ [v]: e.currentTarget.value })}
              spellCheck={false}
              autoComplete="off"
            />
          ))}
        </Stack>
      </Fieldset>
      {p.type === "script" && <Running {...props} />}
    </>
  );
}

function Running({ plugin: p, edits, errors, onChange }: Props) {
  const { t } = useTranslation();
  const now = p.limits as Record<string, number | undefined>;
  return (
    <>
      {p.stage === "installed" && (
        <Radio.Group
          label={t("plugin.edit.desired")}
          value={edits.desired ?? p.desired}
          error={errors.desired}
          onChange={(v) => onChange({ desired: v as Plugin["desired"] })}
        >
          <Stack gap="xs" mt="xs">
            {desires.map((v) => (
              <Radio key={v} value={v} label={t(`plugin.desired.${v}`)} />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <Radio.Group
        label={t("plugin.edit.policy")}
        value={edits.policy ?? p.restart.policy ?? "on-failure"}
        error={errors["restart.policy"]}
        onChange={(v) => onChange({ policy: v as NonNullable<Edits["policy"]> })}
      >
        <Stack gap="xs" mt="xs">
          {policies.map((v) => (
            <Radio key={v} value={v} label={t(`plugin.policy.${v}`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Fieldset legend={t("plugin.edit.limits")}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {limitNames.map((name) => {
            const [min, max] = range(name, p.runtime);
            return (
              <NumberInput
                key={name}
                label={t(`plugin.limit.${name}`)}
                description={t("plugin.edit.between", { min, max })}
                suffix={t(`plugin.suffix.${name}`)}
                allowDecimal={false}
                allowNegative={false}
                clampBehavior="none"
                value={edits.limits?.[name] ?? now[name] ?? ""}
                error={errors[`limits.${name}`]}
                onChange={(v) => onChange({ limits: { ...edits.limits, [name]: v === "" ? "" : Number(v) } })}
              />
            );
          })}
        </SimpleGrid>
      </Fieldset>
    </>
  );
}
