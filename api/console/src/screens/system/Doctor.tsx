import { Alert, Anchor, Button, Code, Group, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { mdiAlertCircleOutline, mdiAlertOutline, mdiCheckCircleOutline } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { api, done, type Schema } from "../../api/client";
import { HostText } from "../../parts/HostText";
import host from "../../parts/HostText.module.css";
import { Icon } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Tag } from "../../parts/Tag";
import { When } from "../../parts/When";
import { paths } from "../../paths";

const looks = {
  trouble: { color: "red", icon: mdiAlertCircleOutline },
  warning: { color: "yellow", icon: mdiAlertOutline },
  ok: { color: "green", icon: mdiCheckCircleOutline },
} as const;

// Doctor is what the host finds out about itself, the worst first, each with its fix.
export function Doctor() {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const query = useQuery({ queryKey: ["doctor"], queryFn: () => done(api.GET("/api/v1/system/doctor")), refetchInterval: 5_000 });
  return (
    <Loaded query={query}>
      {(doctor) => {
        const shown = doctor.items.filter((f) => all || f.level !== "ok");
        return (
          <Stack>
            <Group justify="space-between">
              <Group gap="xs" aria-live="polite">
                <Tag color={doctor.trouble ? "red" : "gray"}>{t("system.trouble", { count: doctor.trouble })}</Tag>
                <Tag color={doctor.warnings ? "yellow" : "gray"}>{t("system.warnings", { count: doctor.warnings })}</Tag>
                <Text size="sm" c="dimmed">
                  {t("system.checked")} <When at={doctor.checkedAt} />
                </Text>
              </Group>
              <Group gap="xs">
                <SegmentedControl
                  size="xs"
                  value={all ? "all" : "open"}
                  onChange={(v) => setAll(v === "all")}
                  data={[
                    { value: "open", label: t("system.open") },
                    { value: "all", label: t("common.all") },
                  ]}
                  aria-label={t("system.which")}
                />
                <Button size="xs" variant="default" loading={query.isFetching} onClick={() => query.refetch()}>
                  {t("system.again")}
                </Button>
              </Group>
            </Group>
            {shown.length === 0 && (
              <Alert color="green" icon={<Icon path={mdiCheckCircleOutline} />} title={t("system.healthy")}>
                {t("system.healthyDetail", { count: doctor.items.length })}
              </Alert>
            )}
            {shown.map((f) => (
              <Finding key={`${f.code} ${f.plugin ?? ""} ${f.title}`} finding={f} />
            ))}
          </Stack>
        );
      }}
    </Loaded>
  );
}

function Finding({ finding: f }: { finding: Schema["DoctorFinding"] }) {
  const { t } = useTranslation();
  const look = looks[f.level];
  return (
    <Paper withBorder p="md">
      <Group align="flex-start" wrap="nowrap" gap="sm">
        <Text c={look.color} component="span">
          <Icon path={look.icon} size={22} />
        </Text>
        <Stack gap={4} miw={0}>
          <Group gap="xs">
            <Title order={2} size="h5" lang="en" className={host.text}>
              {f.title}
            </Title>
            <Tag color={look.color}>{t(`system.level.${f.level}`)}</Tag>
            <Code>{f.code}</Code>
          </Group>
          {f.detail && <HostText>{f.detail}</HostText>}
          {f.fix && <HostText fw={600}>{f.fix}</HostText>}
          {f.plugin && (
            <Anchor size="sm" component={Link} href={paths.plugin(f.plugin)} w="fit-content">
              {t("system.toPlugin", { name: f.plugin })}
            </Anchor>
          )}
        </Stack>
      </Group>
    </Paper>
  );
}
