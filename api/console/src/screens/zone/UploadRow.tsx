import { ActionIcon, Alert, Button, Group, Loader, Paper, Progress, Stack, Text } from "@mantine/core";
import { mdiAlertCircleOutline, mdiCheckCircle, mdiClose } from "@mdi/js";
import { useTranslation } from "react-i18next";
import type { Failure } from "../../api/failure";
import { useConfirm } from "../../parts/Confirm";
import { FailureText } from "../../parts/Failed";
import { bytes } from "../../parts/format";
import { Icon, PluginAvatar } from "../../parts/Icon";
import { forget, moving, type Sending, sendAgain, stopSending } from "./uploads";

// UploadRow is one file: how far it is, and what came of it.
export function UploadRow({ sending: s, maxBytes }: { sending: Sending; maxBytes: number | undefined }) {
  const { t } = useTranslation();
  const { name, size } = s.file;
  const plugin = s.uploaded?.plugin;
  return (
    <Paper withBorder p="sm" component="li" data-stage={s.stage}>
      <Stack gap="xs">
        <Group wrap="nowrap" gap="sm">
          {plugin ? <PluginAvatar id={plugin.id} name={plugin.icon} size={36} /> : null}
          <div style={{ flex: 1, minWidth: 0 }}>
            <Text fw={600} size="sm" truncate title={plugin?.name ?? name}>
              {plugin?.name ?? name}
            </Text>
            <Progressed sending={s} />
          </div>
          {s.stage === "checking" && <Loader size="xs" />}
          {plugin && (
            <Text c="green" component="span" lh={1}>
              <Icon path={mdiCheckCircle} />
            </Text>
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            size="md"
            aria-label={moving(s) ? t("zone.upload.stop", { name }) : t("zone.upload.forget", { name })}
            title={moving(s) ? t("zone.upload.stop", { name }) : t("zone.upload.forget", { name })}
            onClick={() => (moving(s) ? stopSending(s.key) : forget(s.key))}
          >
            <Icon path={mdiClose} />
          </ActionIcon>
        </Group>
        {(s.stage === "sending" || s.stage === "checking") && (
          <Progress value={s.part * 100} animated={s.stage === "checking"} aria-label={t("zone.upload.progress", { name })} />
        )}
        {s.refusal && (
          <Bad title={t(`zone.refusal.${s.refusal}`, { name })}>
            <Text size="sm">
              {t(`zone.refusalNext.${s.refusal}`, { name, size: bytes(size), max: maxBytes === undefined ? "" : bytes(maxBytes) })}
            </Text>
          </Bad>
        )}
        {s.stage === "failed" && s.failure && <NotTaken sending={s} failure={s.failure} />}
        {s.stage === "stopped" && (
          <Group>
            <Button size="compact-sm" variant="default" onClick={() => sendAgain(s.key)}>
              {t("common.retry")}
            </Button>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

function Progressed({ sending: s }: { sending: Sending }) {
  const { t } = useTranslation();
  const total = bytes(s.file.size);
  const plugin = s.uploaded?.plugin;
  let text = total;
  if (s.stage === "sending") text = t("zone.upload.sent", { sent: bytes(Math.round(s.part * s.file.size)), total });
  else if (plugin)
    text = t(plugin.candidate ? "zone.upload.ready" : "zone.upload.same", { version: plugin.candidate?.version ?? plugin.version });
  else if (s.stage === "waiting" || s.stage === "checking" || s.stage === "stopped") text = t(`zone.upload.${s.stage}`, { total });
  if (s.refusal === "folder") return null;
  return (
    <Text size="xs" c="dimmed">
      {text}
    </Text>
  );
}

function Bad({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Alert color="red" role="alert" icon={<Icon path={mdiAlertCircleOutline} />} title={title} p="sm">
      {children}
    </Alert>
  );
}

// advice is the key of what to do about a zip that the host did not take, where its own words do not say it.
function advice(code: string) {
  if (code === "version_exists") return "zone.next.version" as const;
  if (code === "id_taken") return "zone.next.name" as const;
  if (code.startsWith("manifest_") || code === "file_unsuitable") return "zone.next.manifest" as const;
  if (code.startsWith("zip_")) return "zone.next.zip" as const;
  return null;
}

function NotTaken({ sending, failure }: { sending: Sending; failure: Failure }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { name } = sending.file;
  const next = advice(failure.code);
  const again = failure.status === 0 || failure.status >= 429;
  const replace = async () => {
    const yes = await confirm({ title: t("zone.replace.title"), body: t("zone.replace.body", { name }), action: t("zone.replace.action") });
    if (yes) sendAgain(sending.key, true);
  };
  return (
    <Bad title={t("zone.upload.refused", { name })}>
      <Stack gap="sm" align="flex-start">
        <FailureText failure={failure} next={next ? t(next) : undefined} />
        {failure.code === "version_exists" && (
          <Button size="xs" variant="default" onClick={replace}>
            {t("zone.replace.ask")}
          </Button>
        )}
        {again && (
          <Button size="xs" variant="default" onClick={() => sendAgain(sending.key)}>
            {t("common.retry")}
          </Button>
        )}
      </Stack>
    </Bad>
  );
}
