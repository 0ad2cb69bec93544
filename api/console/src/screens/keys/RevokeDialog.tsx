import { Modal, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { pluginsQuery } from "../../api/queries";
import { Form } from "../../parts/Form";
import type { TrustedKey } from "./Keys";

// RevokeDialog says what a revocation stops before it is done.
export function RevokeDialog({ of, onClose }: { of: TrustedKey; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const plugins = useQuery(pluginsQuery);
  const [reason, setReason] = useState("");
  const [name, setName] = useState("");
  const stopped = plugins.data?.filter((p) => p.active && p.publisher?.keyId === of.id) ?? [];
  const revoke = useMutation({
    mutationFn: () =>
      done(
        api.PATCH("/api/v1/trusted-keys/{id}", { params: { path: { id: of.id } }, body: { revoked: true, revokedReason: reason || null } }),
      ),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ["keys"] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t("keys.revokeTitle", { name: of.name })} closeButtonProps={{ "aria-label": t("common.close") }}>
      <Form act={revoke} action={t("keys.revoke")} color="red" onCancel={onClose} blocked={name !== of.name}>
        <Text size="sm">{t("keys.revokeDetail")}</Text>
        <Text size="sm" fw={600}>
          {stopped.length ? t("keys.stops", { plugins: stopped.map((p) => p.name).join(", ") }) : t("keys.stopsNone")}
        </Text>
        <TextInput
          label={t("keys.reason")}
          description={t("keys.reasonDetail")}
          data-autofocus
          maxLength={200}
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
        />
        <TextInput
          label={t("common.typeName", { name: of.name })}
          autoComplete="off"
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
      </Form>
    </Modal>
  );
}
