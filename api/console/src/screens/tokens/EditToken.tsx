import { Modal, Select, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { notifyDone } from "../../parts/Failed";
import { Form } from "../../parts/Form";
import { fieldError } from "../../parts/fieldError";
import { duration } from "../../parts/format";
import { useDraft } from "../../parts/useDraft";
import { shorterLives } from "./expiry";
import { NarrowScopes } from "./NarrowScopes";
import type { Token } from "./queries";

// EditToken names a token anew, or makes it narrower or shorter; never more.
export function EditToken({ token, onClose }: { token: Token; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const draft = useDraft({ data: token, etag: `"r${token.revision}"` });
  const [life, setLife] = useState("");
  const save = useMutation({
    mutationFn: () => {
      const body = { ...draft.changes, ...(life ? { expiresInSeconds: Number(life) } : {}) };
      return done(api.PATCH("/api/v1/tokens/{id}", { params: { path: { id: token.id }, header: { "If-Match": draft.etag } }, body }));
    },
    onSuccess: () => {
      notifyDone(t("common.saved"));
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const { name, scopes } = draft.value;
  const lives = shorterLives(token.expiresAt);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("tokens.editOne", { name: token.name })}
      size="lg"
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Form act={save} action={t("common.save")} onCancel={onClose} draft={draft} blocked={(!draft.dirty && !life) || scopes.length === 0}>
        <Text size="sm" c="dimmed">
          {t("tokens.narrower")}
        </Text>
        <TextInput
          data-autofocus
          label={t("common.name")}
          required
          maxLength={100}
          value={name}
          onChange={(e) => draft.set({ name: e.currentTarget.value })}
          error={fieldError(save.error, "name")}
        />
        {lives.length > 0 && (
          <Select
            label={t("tokens.expires")}
            allowDeselect={false}
            data={[
              { value: "", label: t("tokens.asItIs") },
              ...lives.map((s) => ({ value: String(s), label: t("tokens.after", { time: duration(s) }) })),
            ]}
            value={life}
            onChange={(v) => setLife(v ?? "")}
          />
        )}
        <NarrowScopes had={token.scopes} value={scopes} onChange={(next) => draft.set({ scopes: next })} />
      </Form>
    </Modal>
  );
}
