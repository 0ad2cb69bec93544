import { Alert, Code, List, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { bytes, duration, number } from "../../parts/format";
import { Panel } from "../../parts/Panel";
import { Tag } from "../../parts/Tag";
import { When } from "../../parts/When";
import { FactTable } from "./FactTable";

type Of = { system: Schema["System"] };

export function About({ system }: Of) {
  const { t } = useTranslation();
  return (
    <Panel title={t("system.about")}>
      <FactTable
        facts={[
          [t("system.version"), system.version],
          [t("system.started"), <When key="started" at={system.startedAt} />],
          [t("system.machine"), `${system.os} ${system.arch}, ${t("system.cpus", { count: system.cpus })}`],
          [t("system.go"), system.goVersion],
          [
            t("system.restart"),
            system.restartPlugins ? t("system.restartAfter", { time: duration(system.restartDelaySeconds) }) : t("system.restartNot"),
          ],
        ]}
      />
    </Panel>
  );
}

export function Space({ system }: Of) {
  const { t } = useTranslation();
  const states = Object.entries(system.plugins).filter(([, n]) => n > 0);
  return (
    <Panel title={t("system.space")}>
      <FactTable
        facts={[
          [t("system.free"), bytes(system.freeBytes)],
          [t("system.maxUpload"), bytes(system.maxUploadBytes)],
          [
            t("system.plugins"),
            <Stack key="plugins" gap={2}>
              {states.length === 0
                ? t("common.none")
                : states.map(([state, n]) => <span key={state}>{`${t(`common.state.${state as "running"}`)}: ${number(n)}`}</span>)}
            </Stack>,
          ],
        ]}
      />
    </Panel>
  );
}

export function Runtimes({ system }: Of) {
  const { t } = useTranslation();
  return (
    <Panel title={t("system.runtimes")}>
      <FactTable
        facts={system.runtimes.map((r) => [
          r.name,
          r.problem ? (
            <Stack key={r.name} gap={2} align="flex-start">
              <Tag color="red">{t("system.unusable")}</Tag>
              <Text size="sm">{r.problem}</Text>
            </Stack>
          ) : (
            r.version
          ),
        ])}
      />
    </Panel>
  );
}

export function Secrets({ system: { secrets } }: Of) {
  const { t } = useTranslation();
  return (
    <Panel title={t("system.secrets")}>
      <FactTable
        facts={[
          [t("system.keyId"), <Code key="id">{secrets.keyId}</Code>],
          [t("system.sealed"), number(secrets.sealed)],
          [t("system.waiting"), number(secrets.waiting)],
          [t("system.memory"), t(secrets.memory ? "common.yes" : "common.no")],
        ]}
      />
      {secrets.missingKeys.map((key) => (
        <Alert key={key.keyId} color="red" title={t("system.missingKey", { key: key.keyId })}>
          {t("system.missingKeyDetail", { count: key.sealed })}
          <List size="sm">
            {[...key.plugins, ...(key.webhooks ?? []), ...(key.members ?? [])].map((name) => (
              <List.Item key={name}>{name}</List.Item>
            ))}
          </List>
        </Alert>
      ))}
    </Panel>
  );
}
