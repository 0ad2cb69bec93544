import { Modal, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, done, type Schema } from "../../api/client";
import { pluginsQuery } from "../../api/queries";
import { Form } from "../../parts/Form";
import { fieldError } from "../../parts/fieldError";
import { useDraft } from "../../parts/useDraft";
import type { Webhook } from "./Webhooks";

// kinds are offered; any type of event may be written.
const kinds = [
  "plugin.*",
  "plugin.state",
  "plugin.installed",
  "job.ended",
  "member.*",
  "token.*",
  "key.*",
  "session.refused",
  "egress.denied",
];

const fresh = { data: { url: "https://", events: [], plugin: null, enabled: true }, etag: "" };

// WebhookDialog makes a receiver, or changes one.
export function WebhookDialog({
  known,
  onClose,
  onSecret,
}: {
  known: Webhook | null;
  onClose: () => void;
  onSecret: (secret: string) => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const plugins = useQuery(pluginsQuery);
  const draft = useDraft<Schema["WebhookRequest"]>(known ? { data: known, etag: `"r${known.revision}"` } : fresh);
  const { url, events, plugin, enabled } = draft.value;
  const save = useMutation({
    mutationFn: async () => {
      if (known) {
        const params = { path: { id: known.id }, header: { "If-Match": draft.etag } };
        await done(api.PATCH("/api/v1/webhooks/{id}", { params, body: draft.changes }));
      } else onSecret((await done(api.POST("/api/v1/webhooks", { body: draft.value }))).secret);
    },
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ["webhooks"] }),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(known ? "webhooks.edit" : "webhooks.add")}
      size="lg"
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Form
        act={save}
        action={t(known ? "common.save" : "webhooks.add")}
        onCancel={onClose}
        draft={draft}
        blocked={known !== null && !draft.dirty}
      >
        <TextInput
          label={t("webhooks.url")}
          description={t("webhooks.urlDetail")}
          type="url"
          required
          data-autofocus
          value={url}
          onChange={(e) => draft.set({ url: e.currentTarget.value })}
          error={fieldError(save.error, "url")}
        />
        <TagsInput
          label={t("webhooks.events")}
          description={t("webhooks.eventsDetail")}
          data={kinds}
          clearable
          value={events ?? []}
          onChange={(next) => draft.set({ events: next })}
          error={fieldError(save.error, "events")}
        />
        <Select
          label={t("webhooks.plugin")}
          description={t("webhooks.pluginDetail")}
          searchable
          clearable
          data={plugins.data?.map((p) => ({ value: p.id, label: p.name })) ?? []}
          value={plugin ?? null}
          onChange={(id) => draft.set({ plugin: id })}
          error={fieldError(save.error, "plugin")}
        />
        <Switch label={t("webhooks.enabled")} checked={enabled ?? true} onChange={(e) => draft.set({ enabled: e.currentTarget.checked })} />
      </Form>
    </Modal>
  );
}
