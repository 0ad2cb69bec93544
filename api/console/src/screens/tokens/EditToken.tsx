import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { asFailure } from "../../api/failure";
import { Failed, notifyDone } from "../../parts/Failed";
import { duration } from "../../parts/format";
import { Outdated } from "../../parts/Outdated";
import { useDraft } from "../../parts/useDraft";
import { fieldError } from "../staff/fields";
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
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <Text size="sm" c="dimmed">
            {t("tokens.narrower")}
          </Text>
          {draft.outdated && <Outdated onRebase={draft.rebase} onReset={draft.reset} />}
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
          {save.error && asFailure(save.error).status !== 412 && <Failed error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={(!draft.dirty && !life) || draft.outdated || scopes.length === 0}>
              {t("common.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
