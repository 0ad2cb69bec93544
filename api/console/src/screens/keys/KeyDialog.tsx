import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { asFailure } from "../../api/failure";
import { Failed } from "../../parts/Failed";
import type { TrustedKey } from "./Keys";

// KeyDialog trusts a key, or changes what is known of one.
export function KeyDialog({ known, keys, onClose }: { known: TrustedKey | null; keys: TrustedKey[]; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const form = useForm({
    initialValues: { name: known?.name ?? "", publicKey: known?.publicKey ?? "", replaces: known?.replaces ?? null },
  });
  const save = useMutation({
    mutationFn: async ({ name, publicKey, replaces }: { name: string; publicKey: string; replaces: string | null }) => {
      if (known) await done(api.PATCH("/api/v1/trusted-keys/{id}", { params: { path: { id: known.id } }, body: { name, replaces } }));
      else await done(api.POST("/api/v1/trusted-keys", { body: { name, publicKey, replaces } }));
    },
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ["keys"] });
      onClose();
    },
    onError: (e) => form.setErrors(Object.fromEntries(asFailure(e).fields.map((f) => [f.field, f.message]))),
  });
  const others = keys.filter((k) => k.id !== known?.id).map((k) => ({ value: k.id, label: `${k.name} (${k.id})` }));
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(known ? "keys.edit" : "keys.trust")}
      size="lg"
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          {save.error && <Failed error={save.error} />}
          <TextInput
            label={t("keys.publisher")}
            description={t("keys.publisherDetail")}
            required
            data-autofocus
            maxLength={100}
            {...form.getInputProps("name")}
          />
          {!known && (
            <Textarea
              label={t("keys.publicKey")}
              description={t("keys.publicKeyDetail")}
              required
              rows={3}
              ff="monospace"
              {...form.getInputProps("publicKey")}
            />
          )}
          {others.length > 0 && (
            <Select
              label={t("keys.former")}
              description={t("keys.formerDetail")}
              clearable
              data={others}
              {...form.getInputProps("replaces")}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t(known ? "common.save" : "keys.trust")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
