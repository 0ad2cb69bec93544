import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { useConfirm } from "../../parts/Confirm";
import { Failed, notifyDone, notifyFailure } from "../../parts/Failed";
import { fieldError } from "../../parts/fieldError";
import { Once } from "../../parts/Once";
import { Panel } from "../../parts/Panel";
import { PasswordField } from "./PasswordField";
import type { MemberView } from "./queries";
import { refusal } from "./refusal";

// MemberSignIn is what an administrator does about a person's log-ins: another password, the second factor, the sessions.
export function MemberSignIn({ member: m }: { member: MemberView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const confirm = useConfirm();
  const path = { username: m.username };
  const after = (message: string) => () => {
    client.invalidateQueries({ queryKey: ["staff"] });
    notifyDone(message);
  };
  const sessions = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/staff/{username}/sessions", { params: { path } })),
    onSuccess: after(t("staff.sessionsEnded", { name: m.username })),
    onError: (e) => notifyFailure(e),
  });
  const totp = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/staff/{username}/totp", { params: { path } })),
    onSuccess: after(t("staff.totpReset", { name: m.username })),
    onError: (e) => notifyFailure(e),
  });
  const ask = async (what: "sessions" | "totp", act: () => void) => {
    const title = t(`staff.ask.${what}`, { name: m.username });
    if (await confirm({ title, body: t(`staff.askDetail.${what}`), action: t(`staff.ask.${what}Action`), name: m.username })) act();
  };
  return (
    <Panel title={t("staff.signIn")} lead={t("staff.signInDetail")}>
      <Stack gap="lg">
        {m.external ? <Text size="sm">{t("staff.noPassword")}</Text> : <NewPassword username={m.username} />}
        <Group gap="xs">
          <Button variant="default" loading={sessions.isPending} onClick={() => ask("sessions", sessions.mutate)}>
            {t("staff.endSessions")}
          </Button>
          {m.totp ? (
            <Button variant="default" loading={totp.isPending} onClick={() => ask("totp", totp.mutate)}>
              {t("staff.resetTotp")}
            </Button>
          ) : (
            <Text size="sm" c="dimmed">
              {t("staff.noTotp")}
            </Text>
          )}
        </Group>
      </Stack>
    </Panel>
  );
}

function NewPassword({ username }: { username: string }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [set, setSet] = useState("");
  const save = useMutation({
    mutationFn: (body: { password: string }) => done(api.PATCH("/api/v1/staff/{username}", { params: { path: { username } }, body })),
    onSuccess: (_, body) => {
      setSet(body.password);
      setPassword("");
    },
  });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate({ password });
      }}
    >
      <Stack gap="sm" align="stretch" maw={420}>
        <PasswordField value={password} onChange={setPassword} error={fieldError(save.error, "password")} />
        <Button type="submit" variant="light" w="fit-content" loading={save.isPending}>
          {t("staff.setPassword")}
        </Button>
        {save.error && <Failed error={save.error} next={refusal(save.error, t)} />}
        {set && <Once label={t("staff.passwordSet", { name: username })} text={set} note={t("staff.onceDetail")} />}
      </Stack>
    </form>
  );
}
