import { Button, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { mdiPuzzleRemoveOutline } from "@mdi/js";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { api, done } from "../../api/client";
import { type SidebarEntry, useMe } from "../../api/queries";
import { notifyFailure } from "../../parts/Failed";
import { HostText } from "../../parts/HostText";
import { Icon, PluginAvatar } from "../../parts/Icon";
import { StatePill } from "../../parts/StatePill";
import { When } from "../../parts/When";
import { paths } from "../../paths";
import classes from "./Workplace.module.css";

// NotRunning stands where a plugin's page would be: what the plugin does, what happens next, and what can be done.
export function NotRunning({ entry }: { entry: SidebarEntry }) {
  const { t } = useTranslation();
  const admin = useMe().role === "admin";
  const start = useMutation({
    mutationFn: () => done(api.POST("/api/v1/plugins/{id}/start", { params: { path: { id: entry.id } } })),
    onError: (e) => notifyFailure(e),
  });
  const busy = entry.state === "starting" || entry.state === "stopping";
  const stands = entry.state === "stopped" || entry.state === "failed";
  return (
    <Centered icon={busy ? <Loader size={40} /> : <PluginAvatar id={entry.id} name={entry.icon} size={56} />} title={entry.name}>
      <StatePill state={entry.state} since={entry.since} />
      <Text>
        {t(`workplace.next.${entry.waitingUntil ? (entry.state === "backoff" ? "backoff" : "waiting") : entry.state}`)}{" "}
        <When at={entry.waitingUntil} />
      </Text>
      {entry.reason && !["stopped", "waiting"].includes(entry.reasonCode) && <HostText c="dimmed">{entry.reason}</HostText>}
      {stands && !admin && (
        <Text c="dimmed" size="sm">
          {t("workplace.askAdmin")}
        </Text>
      )}
      {admin && (
        <Group justify="center">
          {stands && (
            <Button loading={start.isPending} onClick={() => start.mutate()}>
              {t("workplace.start")}
            </Button>
          )}
          <Button variant="default" component={Link} href={paths.plugin(entry.id, "logs")}>
            {t("workplace.logs")}
          </Button>
          <Button variant="default" component={Link} href={paths.plugin(entry.id)}>
            {t("workplace.manage")}
          </Button>
        </Group>
      )}
    </Centered>
  );
}

// Gone stands where the page of a plugin was that the member does not have. Without an id the address names none.
export function Gone({ id }: { id?: string }) {
  const { t } = useTranslation();
  const admin = useMe().role === "admin" && id !== undefined;
  return (
    <Centered icon={<Icon path={mdiPuzzleRemoveOutline} size={56} />} title={t("workplace.gone")}>
      <Text c="dimmed">{admin ? t("workplace.goneAdmin") : t("workplace.goneDetail")}</Text>
      <Group justify="center">
        <Button variant="default" component={Link} href={admin ? paths.plugin(id) : paths.zone}>
          {admin ? t("workplace.manage") : t("failure.home")}
        </Button>
      </Group>
    </Centered>
  );
}

function Centered({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <div className={classes.center}>
      <Stack align="center" maw={520} ta="center" role="status">
        {icon}
        <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
          {title}
        </Title>
        {children}
      </Stack>
    </div>
  );
}
