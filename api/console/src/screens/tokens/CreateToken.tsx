import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { Form } from "../../parts/Form";
import { fieldError } from "../../parts/fieldError";
import { duration } from "../../parts/format";
import { Once } from "../../parts/Once";
import { staffQuery } from "../staff/queries";
import { lives } from "./expiry";
import { ScopePicker } from "./ScopePicker";

interface Props {
  opened: boolean;
  onClose: () => void;
  // user is whose token it is to be; choose lets services be chosen instead.
  user: string;
  choose?: boolean;
}

// CreateToken makes a token and shows it once.
export function CreateToken({ opened, onClose, user, choose = false }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("tokens.add")}
      size="xl"
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <CreateForm onClose={onClose} user={user} choose={choose} />
    </Modal>
  );
}

function CreateForm({ onClose, user, choose }: Required<Omit<Props, "opened">>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form, setForm] = useState({ name: "", scopes: [] as string[], life: 90 * 86_400, user });
  const services = useQuery({ ...staffQuery, enabled: choose }).data?.filter((m) => m.kind === "service") ?? [];
  const create = useMutation({
    mutationFn: () => {
      const { name, scopes, life } = form;
      return done(api.POST("/api/v1/tokens", { body: { name, scopes, expiresInSeconds: life, user: form.user } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });

  if (create.data) {
    const { name, token } = create.data;
    return (
      <Stack>
        <Text size="sm">{t("tokens.created", { name })}</Text>
        <Once label={t("tokens.token")} text={token} />
        <Once label={t("tokens.example")} text={`curl -H "Authorization: Bearer ${token}" ${location.origin}/api/v1/me`} />
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t("tokens.kept")}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Form
      act={create}
      action={t("common.create")}
      onCancel={onClose}
      blocked={form.scopes.length === 0}
      note={form.scopes.length ? "" : t("tokens.chooseOne")}
    >
      <TextInput
        data-autofocus
        label={t("common.name")}
        description={t("tokens.nameDetail")}
        required
        maxLength={100}
        autoComplete="off"
        value={form.name}
        onChange={(e) => setForm({ ...form, name: e.currentTarget.value })}
        error={fieldError(create.error, "name")}
      />
      {services.length > 0 && (
        <Select
          label={t("tokens.owner")}
          description={t("tokens.ownerDetail")}
          allowDeselect={false}
          searchable={services.length > 8}
          data={[{ value: user, label: t("tokens.myself", { name: user }) }, ...services.map((m) => m.username)]}
          value={form.user}
          onChange={(v) => v && setForm({ ...form, user: v })}
          error={fieldError(create.error, "user")}
        />
      )}
      <Select
        label={t("tokens.expires")}
        allowDeselect={false}
        data={lives.map((s) => ({ value: String(s), label: s ? t("tokens.after", { time: duration(s) }) : t("common.never") }))}
        value={String(form.life)}
        onChange={(v) => setForm({ ...form, life: Number(v) })}
        error={fieldError(create.error, "expiresInSeconds")}
      />
      <ScopePicker value={form.scopes} onChange={(scopes) => setForm({ ...form, scopes })} />
    </Form>
  );
}
