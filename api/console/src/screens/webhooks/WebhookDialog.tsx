import { Button, Group, Modal, Select, Stack, Switch, TagsInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { asFailure } from "../../api/failure";
import { pluginsQuery } from "../../api/queries";
import { Failed } from "../../parts/Failed";
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
  const form = useForm({
    initialValues: {
      url: known?.url ?? "https://",
      events: known?.events ?? [],
      plugin: known?.plugin ?? null,
      enabled: known?.enabled ?? true,
    },
  });
  const save = useMutation({
    mutationFn: async (body: typeof form.values) => {
      if (known)
        await done(
          api.PATCH("/api/v1/webhooks/{id}", { params: { path: { id: known.id }, header: { "If-Match": `"r${known.revision}"` } }, body }),
        );
      else onSecret((await done(api.POST("/api/v1/webhooks", { body }))).secret);
    },
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ["webhooks"] });
      onClose();
    },
    onError: (e) => form.setErrors(Object.fromEntries(asFailure(e).fields.map((f) => [f.field.split(".")[0] ?? "", f.message]))),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(known ? "webhooks.edit" : "webhooks.add")}
      size="lg"
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          {save.error && <Failed error={save.error} />}
          <TextInput
            label={t("webhooks.url")}
            description={t("webhooks.urlDetail")}
            type="url"
            required
            data-autofocus
            {...form.getInputProps("url")}
          />
          <TagsInput
            label={t("webhooks.events")}
            description={t("webhooks.eventsDetail")}
            data={kinds}
            clearable
            {...form.getInputProps("events")}
          />
          <Select
            label={t("webhooks.plugin")}
            description={t("webhooks.pluginDetail")}
            searchable
            clearable
            data={plugins.data?.map((p) => ({ value: p.id, label: p.name })) ?? []}
            {...form.getInputProps("plugin")}
          />
          <Switch label={t("webhooks.enabled")} {...form.getInputProps("enabled", { type: "checkbox" })} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t(known ? "common.save" : "webhooks.add")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
