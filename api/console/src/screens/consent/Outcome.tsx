import { Alert, Button, Code, Group, List, Stack, Text } from "@mantine/core";
import { mdiAlertCircleOutline, mdiCheckCircleOutline } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Job } from "../../api/queries";
import { duration } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { paths } from "../../paths";
import { versionsQuery } from "../plugin/versions/query";
import type { JobViewProps } from "./JobView";

type Props = Omit<JobViewProps, "id"> & { job: Job };

// Outcome is how a job ended, and what can be done then.
export function Outcome(props: Props) {
  const { job } = props;
  return job.state === "succeeded" ? <Done {...props} /> : <NotDone {...props} />;
}

function Done({ job, plugin, version }: Props) {
  const { t } = useTranslation();
  const versions = useQuery(versionsQuery(plugin.id));
  const fault = versions.data?.find((v) => v.version === version && v.fault && !v.installed)?.fault;
  if (fault) {
    return (
      <Note bad title={t("consent.job.fellBack", { version })}>
        {t("consent.job.fellBackWhy", { why: fault })}
        <Ways plugin={plugin} />
      </Note>
    );
  }
  const seconds = job.endedAt ? (Date.parse(job.endedAt) - Date.parse(job.createdAt)) / 1000 : 0;
  const title =
    job.kind === "rollback" ? t("consent.job.rolledBack", { version }) : t("consent.job.succeeded", { name: plugin.name, version });
  return (
    <Note title={title}>
      {seconds >= 1 && t("consent.job.took", { time: duration(seconds) })}
      {plugin.trial && plugin.former && ` ${t("consent.job.trial", { version: plugin.former.version })}`}
      <Ways plugin={plugin} open />
    </Note>
  );
}

function NotDone({ job, plugin, version, onRetry }: Props) {
  const { t } = useTranslation();
  const { error } = job;
  const next = [error?.code, error?.step, "default"].find((k) => k && i18next.exists(`consent.job.next.${k}`)) as "default";
  const cancelled = job.state === "cancelled";
  return (
    <Note bad title={cancelled ? t("consent.job.cancelled") : t("consent.job.failed")}>
      {error && !cancelled && (
        <Stack gap={6}>
          {error.code === "rolled_back" && <strong>{t("consent.job.fellBack", { version })}</strong>}
          <span lang="en" style={{ overflowWrap: "anywhere" }}>
            {error.detail}
          </span>
          <span>{t("consent.job.step", { step: stepName(error.step), code: error.code })}</span>
          {error.errors && (
            <List size="sm">
              {error.errors.map((f) => (
                <List.Item key={f.field + f.message}>
                  <Code>{f.field}</Code> {f.message}
                </List.Item>
              ))}
            </List>
          )}
          <Text size="sm" fw={600}>
            {t(`consent.job.next.${next}`)}
          </Text>
        </Stack>
      )}
      <Ways plugin={plugin}>
        <Button size="sm" onClick={onRetry} data-autofocus>
          {t("common.retry")}
        </Button>
      </Ways>
    </Note>
  );
}

function stepName(step: string) {
  const key = `consent.job.steps.${step}`;
  return i18next.exists(key) ? i18next.t(key as "consent.job.steps.check") : step;
}

function Ways({ plugin, open, children }: { plugin: Props["plugin"]; open?: boolean; children?: React.ReactNode }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" mt="md">
      {children}
      {open && (
        <Button size="sm" component={Link} href={paths.open(plugin.id)}>
          {t("consent.job.open")}
        </Button>
      )}
      <Button size="sm" variant="default" component={Link} href={paths.plugin(plugin.id)}>
        {t("consent.job.page")}
      </Button>
      {!open && plugin.type === "script" && (
        <Button size="sm" variant="default" component={Link} href={paths.plugin(plugin.id, "logs")}>
          {t("consent.job.log")}
        </Button>
      )}
    </Group>
  );
}

function Note({ bad, title, children }: { bad?: boolean; title: string; children: React.ReactNode }) {
  return (
    <Alert
      color={bad ? "red" : "green"}
      role={bad ? "alert" : "status"}
      icon={<Icon path={bad ? mdiAlertCircleOutline : mdiCheckCircleOutline} />}
      title={<span style={{ color: "var(--mantine-color-text)", overflowWrap: "anywhere" }}>{title}</span>}
    >
      {children}
    </Alert>
  );
}
