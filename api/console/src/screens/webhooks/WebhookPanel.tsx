import { Button, Drawer, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { api, done } from "../../api/client";
import { Failure } from "../../api/failure";
import { useConfirm } from "../../parts/Confirm";
import { Failed, notifyDone, notifyFailure } from "../../parts/Failed";
import { dateTime, number } from "../../parts/format";
import { Listing } from "../../parts/Listing";
import { Loaded } from "../../parts/Loaded";
import { neutral } from "../../parts/neutral";
import { Nothing } from "../../parts/Page";
import { When } from "../../parts/When";
import { paths } from "../../paths";
import { WebhookDialog } from "./WebhookDialog";
import { Standing, type Webhook } from "./Webhooks";

// WebhookPanel is one receiver: how its deliveries went, and what can be done about it.
export function WebhookPanel({
  of,
  onSecret,
  onClose,
}: {
  of: Webhook | undefined;
  onSecret: (secret: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={t("webhooks.one")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {of ? <Known of={of} onSecret={onSecret} /> : <Nothing title={t("failure.notFound")}>{t("failure.notFoundDetail")}</Nothing>}
    </Drawer>
  );
}

function Known({ of, onSecret }: { of: Webhook; onSecret: (secret: string) => void }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const d = of.deliveries;
  return (
    <Stack>
      <Title order={2} size="h4" style={{ overflowWrap: "anywhere" }}>
        {neutral(of.url)}
      </Title>
      <Standing of={of} />
      <Text size="sm">
        {t("webhooks.counts", { delivered: number(d.delivered), dropped: number(d.dropped) })} {d.nextAttemptAt && t("webhooks.next")}{" "}
        <When at={d.nextAttemptAt} />
      </Text>
      <Acts of={of} onSecret={onSecret} onEdit={() => setEditing(true)} />
      <Deliveries of={of} />
      {editing && <WebhookDialog known={of} onClose={() => setEditing(false)} onSecret={onSecret} />}
    </Stack>
  );
}

function Acts({ of, onSecret, onEdit }: { of: Webhook; onSecret: (secret: string) => void; onEdit: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const confirm = useConfirm();
  const [, go] = useLocation();
  const params = { path: { id: of.id } };
  const test = useMutation({
    mutationFn: async () => {
      const sent = await done(api.POST("/api/v1/webhooks/{id}/test", { params }));
      if (sent.error) throw new Failure(422, "webhook_refused", sent.error);
      return sent;
    },
    onSuccess: (r) => notifyDone(t("webhooks.tested", { status: r.status })),
    onSettled: () => client.invalidateQueries({ queryKey: ["webhooks"] }),
  });
  const rotate = useMutation({
    mutationFn: () => done(api.POST("/api/v1/webhooks/{id}/secret", { params })),
    onSuccess: (r) => onSecret(r.secret),
    onError: (e) => notifyFailure(e),
  });
  const remove = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/webhooks/{id}", { params })),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ["webhooks"] });
      go(paths.webhooks());
    },
    onError: (e) => notifyFailure(e),
  });
  const host = new URL(of.url).hostname;
  return (
    <>
      <Group gap="xs">
        <Button loading={test.isPending} onClick={() => test.mutate()}>
          {t("webhooks.test")}
        </Button>
        <Button variant="default" onClick={onEdit}>
          {t("common.edit")}
        </Button>
        <Button
          variant="default"
          loading={rotate.isPending}
          onClick={async () => {
            if (await confirm({ title: t("webhooks.rotate"), body: t("webhooks.rotateDetail"), action: t("webhooks.rotate"), name: host }))
              rotate.mutate();
          }}
        >
          {t("webhooks.rotate")}
        </Button>
        <Button
          variant="outline"
          color="red"
          loading={remove.isPending}
          onClick={async () => {
            if (
              await confirm({ title: t("webhooks.deleteTitle"), body: t("webhooks.deleteDetail"), action: t("common.delete"), name: host })
            )
              remove.mutate();
          }}
        >
          {t("common.delete")}
        </Button>
      </Group>
      {test.error && <Failed error={test.error} title={t("webhooks.testFailed")} next={t("webhooks.testNext")} />}
    </>
  );
}

function Deliveries({ of }: { of: Webhook }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["webhooks", of.id, "deliveries"],
    queryFn: () => done(api.GET("/api/v1/webhooks/{id}/deliveries", { params: { path: { id: of.id } } })),
    refetchInterval: 5_000,
  });
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        {t("webhooks.deliveries")}
      </Title>
      <Loaded query={query}>
        {({ items }) => (
          <Listing
            label={t("webhooks.deliveries")}
            rows={items}
            rowKey={(x) => `${x.time} ${x.seq}`}
            empty={<Nothing title={t("webhooks.noDeliveries")} />}
            columns={[
              { label: t("webhooks.when"), cell: (x) => dateTime(x.time) },
              { label: t("webhooks.event"), cell: (x) => x.type },
              {
                label: t("webhooks.answer"),
                cell: (x) => (
                  <Text size="sm" c={x.error ? "red" : undefined} style={{ overflowWrap: "anywhere" }}>
                    {[x.status, x.error].filter(Boolean).join(": ")}
                  </Text>
                ),
              },
              { label: t("webhooks.took"), cell: (x) => `${number(x.durationMs)} ms` },
            ]}
          />
        )}
      </Loaded>
    </Stack>
  );
}
