import { Alert, Button, Code, CopyButton, Group, List, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { mdiAlertCircleOutline } from "@mdi/js";
import i18next from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { asFailure, type Failure, unreachable } from "../api/failure";
import { HostText } from "./HostText";
import { Icon } from "./Icon";

// nextStep is what to do about a failure, by its code, else by its status.
function nextStep(f: Failure): string {
  const next = (key: string) => (i18next.exists(`failure.next.${key}`) ? i18next.t(`failure.next.${key}` as "failure.next.invalid") : "");
  const byStatus: Record<number, string> = {
    401: "unauthorized",
    403: "forbidden",
    409: "conflict",
    412: "changed",
    413: "too_large",
    422: f.output.length ? "output" : f.step ? "job" : "invalid",
    429: "rate_limited",
    500: "internal",
    507: "storage_full",
  };
  return next(f.code) || next(byStatus[f.status] ?? "");
}

// FailureText is the cause, what to do next, the fields that are wrong, the output of a failed job, and the request's id.
export function FailureText({ failure, next }: { failure: Failure; next?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Stack gap={6}>
      {failure.code === unreachable ? (
        <Text size="sm">{t("failure.unreachableDetail")}</Text>
      ) : (
        <HostText>{failure.detail || failure.code}</HostText>
      )}
      {failure.step && <Text size="sm">{t("failure.step", { step: failure.step })}</Text>}
      {failure.fields.length > 0 && (
        <List size="sm">
          {failure.fields.slice(0, 20).map((f) => (
            <List.Item key={f.field + f.message}>
              <Code>{f.field}</Code> {f.message}
            </List.Item>
          ))}
        </List>
      )}
      {(next || nextStep(failure)) && (
        <Text size="sm" fw={600}>
          {next ?? nextStep(failure)}
        </Text>
      )}
      {failure.output.length > 0 && (
        <details>
          <summary>{t("failure.output")}</summary>
          <Code block>{failure.output.slice(-30).join("\n")}</Code>
        </details>
      )}
      {failure.requestId && (
        <Group gap={6}>
          <Text size="xs" c="dimmed">
            {t("failure.requestId", { id: failure.requestId })}
          </Text>
          <CopyButton value={failure.requestId}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="subtle" onClick={copy} aria-label={t("failure.copyId")}>
                {copied ? t("common.copied") : t("common.copy")}
              </Button>
            )}
          </CopyButton>
        </Group>
      )}
    </Stack>
  );
}

// Failed stands where something could not be shown or done.
export function Failed({ error, title, retry, next }: { error: unknown; title?: string; retry?: () => void; next?: ReactNode }) {
  const { t } = useTranslation();
  const failure = asFailure(error);
  return (
    <Alert
      color="red"
      icon={<Icon path={mdiAlertCircleOutline} />}
      title={title ?? (failure.code === unreachable ? t("failure.unreachable") : t("failure.title"))}
      role="alert"
    >
      <Stack gap="sm" align="flex-start">
        <FailureText failure={failure} next={next} />
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {t("common.retry")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

// notifyFailure says in a corner what failed, for what was begun by a click. It stays until it is closed.
export function notifyFailure(error: unknown, title?: string) {
  const failure = asFailure(error);
  notifications.show({
    id: `${failure.code} ${title}`,
    color: "red",
    title: title ?? i18next.t("failure.title"),
    message: <FailureText failure={failure} />,
    autoClose: false,
    withCloseButton: true,
    closeButtonProps: { "aria-label": i18next.t("common.close") },
    icon: <Icon path={mdiAlertCircleOutline} />,
  });
}

// notifyDone says that something was done.
export function notifyDone(message: string) {
  notifications.show({ color: "green", message, closeButtonProps: { "aria-label": i18next.t("common.close") } });
}
