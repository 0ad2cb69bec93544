import { Alert, Anchor, Button, Code, Group, Stack, Text } from "@mantine/core";
import { mdiAlertCircleOutline, mdiAlertOutline, mdiClockOutline, mdiInformationOutline, mdiShieldAlertOutline } from "@mdi/js";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Plugin } from "../../api/queries";
import { Icon } from "../../parts/Icon";
import { usePluginActions } from "../../parts/usePluginActions";
import { When } from "../../parts/When";
import { WhyButton } from "../../parts/WhyButton";
import { paths } from "../../paths";

// Notices are what somebody has to know or do about a plugin, the most urgent first.
export function Notices({ plugin: p }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const { button } = usePluginActions(p);
  const start = (label: string) => (
    <WhyButton size="xs" variant="default" {...button("start")}>
      {label}
    </WhyButton>
  );
  const logs = (
    <Button size="xs" variant="default" component={Link} href={paths.plugin(p.id, "logs")}>
      {t("plugin.toLogs")}
    </Button>
  );
  return (
    <>
      {p.quarantine && (
        <Notice color="red" icon={mdiShieldAlertOutline} title={t("plugin.quarantine.title")}>
          <span>
            {p.quarantine.reason} {p.quarantine.since && <When at={p.quarantine.since} />}
          </span>
          <Text size="sm" fw={600}>
            {t("plugin.quarantine.next")}
          </Text>
          <Button size="xs" variant="default" component={Link} href={paths.keys}>
            {t("plugin.quarantine.keys")}
          </Button>
        </Notice>
      )}
      {p.stage === "uploaded" && (
        <Notice color="violet" icon={mdiInformationOutline} title={t("plugin.candidate.title", { version: p.version })}>
          {t("plugin.candidate.detail")}
          <Button size="xs" component={Link} href={paths.consent(p.id)}>
            {t("plugin.review")}
          </Button>
        </Notice>
      )}
      {p.stage === "installed" && p.candidate && (
        <Notice color="blue" icon={mdiInformationOutline} title={t("plugin.update.title", { version: p.candidate.version })}>
          {p.candidate.needsConsent ? t("plugin.update.asks") : t("plugin.update.detail")}
          <Button size="xs" component={Link} href={paths.consent(p.id)}>
            {t("plugin.review")}
          </Button>
        </Notice>
      )}
      {p.trial && (
        <Notice color="blue" icon={mdiClockOutline} title={t("plugin.onTrial.title", { version: p.version })}>
          {p.former ? t("plugin.onTrial.detail", { former: p.former.version }) : t("plugin.onTrial.plain")}
        </Notice>
      )}
      {p.state === "failed" && (
        <Notice color="red" icon={mdiAlertCircleOutline} title={t("plugin.failed.title")}>
          <Cause exit={p.lastExit} />
          <span>{t("plugin.failed.next")}</span>
          <Group gap="xs">
            {start(t("plugin.startAgain"))}
            {logs}
          </Group>
        </Notice>
      )}
      {p.state === "backoff" && (
        <Notice color="yellow" icon={mdiAlertOutline} title={t("plugin.backoff.title")}>
          <Cause exit={p.lastExit} />
          {p.waitingUntil && (
            <span>
              {t("plugin.backoff.next")} <When at={p.waitingUntil} />
            </span>
          )}
          <Group gap="xs">
            {start(t("plugin.startNow"))}
            {logs}
          </Group>
        </Notice>
      )}
      {p.state === "stopped" && p.waitingUntil && (
        <Notice color="blue" icon={mdiClockOutline} title={t("plugin.waiting.title")}>
          <span>
            {t("plugin.waiting.detail")} <When at={p.waitingUntil} />
          </span>
          {start(t("plugin.startNow"))}
        </Notice>
      )}
      {p.state === "running" && p.restarts > 0 && p.lastExit && (
        <Notice color="yellow" icon={mdiAlertOutline} title={t("plugin.cameBack.title")}>
          <Cause exit={p.lastExit} />
          {logs}
        </Notice>
      )}
      {p.type === "script" && p.state === "running" && !p.listening && (
        <Notice color="yellow" icon={mdiInformationOutline} title={t("plugin.deaf.title")}>
          {t("plugin.deaf.detail")}
        </Notice>
      )}
    </>
  );
}

function Notice({ color, icon, title, children }: { color: string; icon: string; title: string; children: ReactNode }) {
  return (
    <Alert color={color} icon={<Icon path={icon} />} title={title} role={color === "red" ? "alert" : "status"}>
      <Stack gap={6} align="flex-start">
        {children}
      </Stack>
    </Alert>
  );
}

// Cause is why the last instance ended, what would fix it, and what it said last.
function Cause({ exit }: { exit: Plugin["lastExit"] }) {
  const { t } = useTranslation();
  if (!exit) return null;
  return (
    <>
      <span style={{ overflowWrap: "anywhere" }}>
        {t("plugin.ended", { cause: exit.cause })} <When at={exit.time} />
      </span>
      {exit.hint && (
        <Text size="sm" fw={600}>
          {t("plugin.hint", { hint: exit.hint })}
        </Text>
      )}
      {exit.output && exit.output.length > 0 && (
        <details style={{ width: "100%" }}>
          <Anchor component="summary" size="sm" underline="always">
            {t("failure.output")}
          </Anchor>
          <Code block style={{ overflowX: "auto", maxHeight: 240 }} tabIndex={0}>
            {exit.output.join("\n")}
          </Code>
        </details>
      )}
    </>
  );
}
