import { Alert, Paper, Group as Row, SegmentedControl, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema as Api } from "../../../api/client";
import type { Plugin } from "../../../api/queries";
import { Failed } from "../../../parts/Failed";
import { Outdated } from "../../../parts/Outdated";
import { When } from "../../../parts/When";
import { Difference } from "./Difference";
import { FormContext, useForm } from "./form";
import { JsonPart } from "./JsonPart";
import { Group } from "./Part";
import { schemaAt, shownSecrets } from "./rows";
import { SaveBar } from "./SaveBar";
import { SecretPart } from "./SecretPart";
import { dotted, secretPaths, titleOf } from "./schema";
import { useSettingsForm } from "./useSettingsForm";
import { secretKey } from "./values";

// SettingsForm is the form of a plugin's settings. What is changed is a draft until it is reviewed and saved.
export function SettingsForm({ plugin, settings, etag }: { plugin: Plugin; settings: Api["Settings"]; etag: string }) {
  const { t } = useTranslation();
  const [asJson, setAsJson] = useState(false);
  const { form, element, rows, wrong, moved, review, save, failure, submit, keep, forget, close } = useSettingsForm(
    plugin.id,
    settings,
    etag,
  );
  return (
    <FormContext value={form}>
      <form
        ref={element}
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          submit();
        }}
      >
        <Stack maw={800}>
          <Row justify="space-between">
            <Text size="sm" c="dimmed">
              {settings.updatedAt ? t("settings.changedBy", { who: settings.updatedBy ?? "" }) : t("settings.never")}{" "}
              <When at={settings.updatedAt} />
            </Text>
            <SegmentedControl
              size="xs"
              aria-label={t("settings.mode")}
              value={asJson ? "json" : "form"}
              onChange={(mode) => setAsJson(mode === "json")}
              data={[
                { value: "form", label: t("settings.form") },
                { value: "json", label: "JSON" },
              ]}
            />
          </Row>
          {moved && <Outdated who={settings.updatedBy} onRebase={keep} onReset={forget} />}
          {failure && !review && failure.status !== 412 && <Failed error={failure} title={t("settings.refused")} />}
          {wrong > 0 && (
            <Alert color="red" role="alert">
              {t("settings.correct", { count: wrong })}
            </Alert>
          )}
          <Fields asJson={asJson} />
          <SaveBar count={rows.length} onDiscard={forget} blocked={moved} />
        </Stack>
      </form>
      <Difference
        opened={review}
        rows={rows}
        effect={useEffectOf(plugin)}
        busy={save.isPending}
        error={save.error}
        onSave={() => save.mutate()}
        onClose={close}
      />
    </FormContext>
  );
}

// Fields are the settings themselves, by fields or as JSON. Secrets have fields either way.
function Fields({ asJson }: { asJson: boolean }) {
  const { t } = useTranslation();
  const { root, plain } = useForm();
  const json = asJson || !root.properties;
  const shown = new Set(json ? [] : shownSecrets(root).map(secretKey));
  const further = secretPaths(root).filter((path) => !shown.has(secretKey(path)));
  return (
    <Paper withBorder p="lg">
      <Stack>
        {root.description && <Text size="sm">{root.description}</Text>}
        {json ? <JsonPart schema={{}} path={[]} required={false} label={t("settings.all")} /> : <Group schema={root} path={[]} />}
        {!json && Object.keys(plain).some((name) => !Object.hasOwn(root.properties ?? {}, name)) && (
          <Text size="sm" c="dimmed">
            {t("settings.more")}
          </Text>
        )}
        {further.map((path) => {
          const schema = schemaAt(root, path);
          return <SecretPart key={secretKey(path)} schema={schema} path={path} required={false} label={titleOf(schema, dotted(path))} />;
        })}
      </Stack>
    </Paper>
  );
}

// useEffectOf tells when the plugin gets what is saved.
function useEffectOf(p: Plugin): string {
  const { t } = useTranslation();
  if (p.type !== "script" || !p.active) return "";
  if (p.state !== "running" && p.state !== "starting") return t("settings.effect.start");
  return p.manifest.parameters.settingsChange === "signal" ? t("settings.effect.signal") : t("settings.effect.restart");
}
