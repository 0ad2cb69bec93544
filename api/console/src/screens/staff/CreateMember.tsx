import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { api, done } from "../../api/client";
import { Form } from "../../parts/Form";
import { fieldError } from "../../parts/fieldError";
import { Once } from "../../parts/Once";
import { paths } from "../../paths";
import { PasswordField } from "./PasswordField";
import { type Rights, RoleFields } from "./RoleFields";

const fresh = {
  username: "",
  kind: "person" as "person" | "service",
  password: "",
  rights: { role: "agent", profile: null, plugins: [] } as Rights,
};

// CreateMember makes a member; the password is shown once more, to be handed over.
export function CreateMember({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t("staff.add")} size="lg" closeButtonProps={{ "aria-label": t("common.close") }}>
      <CreateForm onClose={onClose} />
    </Modal>
  );
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form, setForm] = useState(fresh);
  const person = form.kind === "person";
  const create = useMutation({
    mutationFn: () => {
      const { username, kind, password, rights } = form;
      const own = rights.role === "admin" ? { ...rights, profile: null } : rights;
      return done(api.POST("/api/v1/staff", { body: { username: username.trim(), kind, ...own, ...(person ? { password } : {}) } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["staff"] }),
  });

  if (create.data) {
    const { username, kind } = create.data;
    return (
      <Stack>
        <Text size="sm">{t(kind === "person" ? "staff.createdPerson" : "staff.createdService", { name: username })}</Text>
        {kind === "person" && (
          <Once
            label={t("staff.handOver")}
            text={`${location.origin}\n${t("login.username")}: ${username}\n${t("login.password")}: ${form.password}`}
            note={t("staff.onceDetail")}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" component={Link} href={paths.staff(username)}>
            {t("staff.open", { name: username })}
          </Button>
          <Button onClick={onClose} data-autofocus>
            {t("staff.finish")}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Form act={create} action={t("common.create")} onCancel={onClose}>
      <SegmentedControl
        aria-label={t("staff.kindLabel")}
        value={form.kind}
        onChange={(kind) => setForm({ ...form, kind })}
        data={(["person", "service"] as const).map((value) => ({ value, label: t(`staff.kind.${value}`) }))}
      />
      <Text size="sm" c="dimmed">
        {t(`staff.kindDetail.${form.kind}`)}
      </Text>
      <TextInput
        data-autofocus
        label={t("staff.username")}
        description={t("staff.usernameDetail")}
        required
        maxLength={64}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={form.username}
        onChange={(e) => setForm({ ...form, username: e.currentTarget.value })}
        error={fieldError(create.error, "username")}
      />
      {person && (
        <PasswordField
          value={form.password}
          onChange={(password) => setForm({ ...form, password })}
          error={fieldError(create.error, "password")}
        />
      )}
      <RoleFields
        value={form.rights}
        onChange={(next) => setForm({ ...form, rights: { ...form.rights, ...next } })}
        error={create.error}
        service={!person}
      />
    </Form>
  );
}
