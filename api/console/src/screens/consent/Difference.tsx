import { Accordion, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { Tag } from "../../parts/Tag";
import classes from "./Consent.module.css";
import { FileDifference } from "./FileDifference";

type Changes = Schema["Changes"];

// Difference is what differs between the installed version and another: files, fields of the manifest, settings, signature, and what
// becomes of requests that are under way.
export function Difference({ changes }: { changes: Changes }) {
  const { t } = useTranslation();
  const { files, manifest, settings, signature } = changes;
  const sum = (part: Schema["FileChanges"]) => part.count;
  return (
    <Stack gap="xs">
      <Text size="sm">{changes.kind === "reinstall" ? t("consent.change.reinstall") : t(`consent.change.mode.${changes.mode}`)}</Text>
      {signature.before !== signature.after && (
        <Group gap={6}>
          <Text size="sm">{t("consent.change.signature")}:</Text>
          <Tag>{t(`common.signature.${signature.before}`)}</Tag>→<Tag>{t(`common.signature.${signature.after}`)}</Tag>
        </Group>
      )}
      <Accordion multiple variant="contained" order={4}>
        <Part
          name="files"
          title={t("consent.change.files")}
          sum={t("consent.change.filesCount", {
            added: sum(files.added),
            removed: sum(files.removed),
            changed: sum(files.changed),
            same: files.unchanged,
          })}
        >
          <FileDifference files={files} />
        </Part>
        <Part
          name="manifest"
          title={t("consent.change.manifest")}
          sum={manifest.length ? t("consent.change.fields", { count: manifest.length }) : t("consent.change.same")}
        >
          <Fields fields={manifest} />
        </Part>
        <Part
          name="settings"
          title={t("consent.change.settings")}
          sum={t("consent.change.settingsCount", {
            added: settings.added.length,
            removed: settings.removed.length,
            changed: settings.changed.length,
          })}
        >
          <SettingsDifference settings={settings} />
        </Part>
      </Accordion>
    </Stack>
  );
}

function Part({ name, title, sum, children }: { name: string; title: string; sum: string; children: React.ReactNode }) {
  return (
    <Accordion.Item value={name}>
      <Accordion.Control>
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {title}
          </Text>
          <Text size="sm" c="dimmed">
            {sum}
          </Text>
        </Group>
      </Accordion.Control>
      <Accordion.Panel>{children}</Accordion.Panel>
    </Accordion.Item>
  );
}

function Fields({ fields }: { fields: Changes["manifest"] }) {
  const { t } = useTranslation();
  if (fields.length === 0) return <Text size="sm">{t("consent.change.same")}</Text>;
  return (
    <dl className={classes.facts}>
      {fields.map((f) => (
        <div key={f.field} style={{ display: "contents" }}>
          <dt>{f.field}</dt>
          <dd>
            <del>{f.before || t("consent.change.empty")}</del> → <ins>{f.after || t("consent.change.empty")}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function SettingsDifference({ settings }: { settings: Changes["settings"] }) {
  const { t } = useTranslation();
  const lists = [
    [t("consent.change.added"), settings.added],
    [t("consent.change.removed"), settings.removed],
    [t("consent.change.changed"), settings.changed],
    [t("consent.change.required"), settings.requiredNow],
  ] as const;
  if (lists.every(([, names]) => names.length === 0)) return <Text size="sm">{t("consent.change.same")}</Text>;
  return (
    <dl className={classes.facts}>
      {lists.map(([title, names]) =>
        names.length ? (
          <div key={title} style={{ display: "contents" }}>
            <dt>{title}</dt>
            <dd>{names.join(", ")}</dd>
          </div>
        ) : null,
      )}
      {settings.more > 0 && <dd>{t("consent.change.moreSettings", { count: settings.more })}</dd>}
    </dl>
  );
}
