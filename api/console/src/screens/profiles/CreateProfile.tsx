import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { api, done } from "../../api/client";
import { notifyDone } from "../../parts/Failed";
import { Form } from "../../parts/Form";
import { paths } from "../../paths";
import { ProfileFields, type ProfileValue } from "./ProfileFields";

export function CreateProfile({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t("profiles.add")} size="lg" closeButtonProps={{ "aria-label": t("common.close") }}>
      <CreateForm onClose={onClose} />
    </Modal>
  );
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [form, setForm] = useState<ProfileValue>({ name: "", role: "agent", plugins: [] });
  const create = useMutation({
    mutationFn: () => done(api.POST("/api/v1/profiles", { body: form })),
    onSuccess: (p) => {
      client.invalidateQueries({ queryKey: ["profiles"] });
      notifyDone(t("profiles.created", { name: p.name }));
      go(paths.profiles(p.id), { replace: true });
    },
  });
  return (
    <Form act={create} action={t("common.create")} onCancel={onClose}>
      <ProfileFields value={form} onChange={(next) => setForm({ ...form, ...next })} error={create.error} members={0} />
    </Form>
  );
}
