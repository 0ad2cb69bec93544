import { Modal, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { Form } from "../../parts/Form";
import { fieldError } from "../../parts/fieldError";
import type { TrustedKey } from "./Keys";

// KeyDialog trusts a key, or changes what is known of one.
export function KeyDialog({ known, keys, onClose }: { known: TrustedKey | null; keys: TrustedKey[]; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form, setForm] = useState({ name: known?.name ?? "", publicKey: known?.publicKey ?? "", replaces: known?.replaces ?? null });
  const save = useMutation({
    mutationFn: () => {
      const { name, replaces } = form;
      return known
        ? done(api.PATCH("/api/v1/trusted-keys/{id}", { params: { path: { id: known.id } }, body: { name, replaces } }))
        : done(api.POST("/api/v1/trusted-keys", { body: form }));
    },
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ["keys"] });
      onClose();
    },
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
      <Form act={save} action={t(known ? "common.save" : "keys.trust")} onCancel={onClose}>
        <TextInput
          label={t("keys.publisher")}
          description={t("keys.publisherDetail")}
          required
          data-autofocus
          maxLength={100}
          value={form.name}
          onChange={(e) => setForm({ ...form, name: e.currentTarget.value })}
          error={fieldError(save.error, "name")}
        />
        {!known && (
          <Textarea
            label={t("keys.publicKey")}
            description={t("keys.publicKeyDetail")}
            required
            rows={3}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            value={form.publicKey}
            onChange={(e) => setForm({ ...form, publicKey: e.currentTarget.value })}
            error={fieldError(save.error, "publicKey")}
          />
        )}
        {others.length > 0 && (
          <Select
            label={t("keys.former")}
            description={t("keys.formerDetail")}
            clearable
            data={others}
            value={form.replaces}
            onChange={(replaces) => setForm({ ...form, replaces })}
            error={fieldError(save.error, "replaces")}
          />
        )}
      </Form>
    </Modal>
  );
}
