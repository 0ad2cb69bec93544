import { Anchor, Button, Stack, Text } from "@mantine/core";
import { mdiPlus, mdiWebhook } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { all, api, type Schema } from "../../api/client";
import { Icon } from "../../parts/Icon";
import { Listing } from "../../parts/Listing";
import { Loaded } from "../../parts/Loaded";
import { neutral } from "../../parts/neutral";
import { Nothing, Page } from "../../parts/Page";
import { Tag } from "../../parts/Tag";
import { When } from "../../parts/When";
import { paths } from "../../paths";
import { SecretDialog } from "./SecretDialog";
import { WebhookDialog } from "./WebhookDialog";
import { WebhookPanel } from "./WebhookPanel";

export type Webhook = Schema["Webhook"];

// Webhooks are the receivers that the host tells of events.
export default function Webhooks({ id }: { id?: string | undefined }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const query = useQuery({
    queryKey: ["webhooks"],
    queryFn: () => all<Webhook>((cursor) => api.GET("/api/v1/webhooks", { params: { query: { cursor } } })),
    refetchInterval: 15_000,
  });
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Page
      title={t("webhooks.title")}
      lead={t("webhooks.lead")}
      actions={
        <Button leftSection={<Icon path={mdiPlus} />} onClick={() => setAdding(true)}>
          {t("webhooks.add")}
        </Button>
      }
    >
      <Loaded query={query}>
        {(hooks) => (
          <>
            <Listing
              label={t("webhooks.title")}
              rows={hooks}
              rowKey={(w) => w.id}
              empty={
                <Nothing icon={<Icon path={mdiWebhook} size={44} />} title={t("webhooks.none")}>
                  {t("webhooks.noneDetail")}
                </Nothing>
              }
              columns={[
                {
                  label: t("webhooks.url"),
                  cell: (w) => (
                    <Anchor
                      component={Link}
                      href={paths.webhooks(w.id)}
                      size="sm"
                      fw={600}
                      lineClamp={3}
                      title={w.url}
                      style={{ overflowWrap: "anywhere" }}
                    >
                      {neutral(w.url)}
                    </Anchor>
                  ),
                },
                {
                  label: t("webhooks.events"),
                  cell: (w) => <Text size="sm">{[w.events.join(", ") || t("common.all"), w.plugin].filter(Boolean).join(" · ")}</Text>,
                },
                { label: t("webhooks.standing"), cell: (w) => <Standing of={w} /> },
                {
                  label: t("webhooks.last"),
                  cell: (w) => (w.deliveries.lastSuccessAt ? <When at={w.deliveries.lastSuccessAt} /> : t("common.never")),
                },
              ]}
            />
            {id && <WebhookPanel key={id} of={hooks.find((w) => w.id === id)} onSecret={setSecret} onClose={() => go(paths.webhooks())} />}
          </>
        )}
      </Loaded>
      {adding && <WebhookDialog known={null} onClose={() => setAdding(false)} onSecret={setSecret} />}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </Page>
  );
}

// Standing is whether the receiver gets what it should.
export function Standing({ of: w }: { of: Webhook }) {
  const { t } = useTranslation();
  const state = !w.enabled ? "off" : w.deliveries.failures > 0 ? "failing" : "on";
  const colors = { on: "green", off: "gray", failing: "red" } as const;
  return (
    <Stack gap={2} align="flex-start">
      <Tag color={colors[state]}>{t(`webhooks.${state}`)}</Tag>
      {(w.disabledReason || (state === "failing" && w.deliveries.lastError)) && (
        <Text size="xs" c="dimmed" miw={160} style={{ overflowWrap: "anywhere" }}>
          {w.disabledReason || w.deliveries.lastError}
        </Text>
      )}
    </Stack>
  );
}
