import { Button, Group, Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { api, done } from "../../api/client";
import { Failed, notifyDone } from "../../parts/Failed";
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
    <form
      onSubmit={(e) => {
        e.preventDefault();
        create.mutate();
      }}
    >
      <Stack>
        <ProfileFields value={form} onChange={(next) => setForm({ ...form, ...next })} error={create.error} members={0} />
        {create.error && <Failed error={create.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t("common.create")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
