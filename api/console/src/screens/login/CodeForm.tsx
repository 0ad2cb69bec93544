import { Anchor, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Login.module.css";
import { Refused } from "./Refused";
import type { Credentials, LoginState } from "./useLogin";

// CodeForm is the second step of who has a second factor: the code of the app, or one of the recovery codes.
export function CodeForm({ login, known }: { login: LoginState; known: Credentials }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const [recovery, setRecovery] = useState(false);
  return (
    <form
      aria-label={t("login.codeTitle")}
      onSubmit={(e) => {
        e.preventDefault();
        if (!login.wait) login.submit({ ...known, username: known.username.trim(), code: code.trim() });
      }}
    >
      <Stack>
        <div>
          <Title order={2} size="h4">
            {t("login.codeTitle")}
          </Title>
          <Text size="sm" c="dimmed">
            {t(recovery ? "login.recoveryDetail" : "login.codeDetail", { user: known.username })}
          </Text>
        </div>
        <Refused login={login} />
        <TextInput
          key={recovery ? "recovery" : "code"}
          label={t(recovery ? "login.recovery" : "login.code")}
          name="code"
          autoComplete="one-time-code"
          inputMode={recovery ? "text" : "numeric"}
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          withAsterisk={false}
          maxLength={64}
          classNames={{ input: classes.code }}
          error={login.failure?.code === "totp_invalid"}
          value={code}
          onChange={(e) => setCode(e.currentTarget.value)}
        />
        <Button type="submit" loading={login.busy} disabled={login.wait > 0} fullWidth>
          {login.wait > 0 ? t("login.wait", { seconds: login.wait }) : t("login.submit")}
        </Button>
        <Group justify="space-between">
          <Anchor component="button" type="button" size="sm" onClick={login.back}>
            {t("login.other")}
          </Anchor>
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => {
              setRecovery(!recovery);
              setCode("");
            }}
          >
            {t(recovery ? "login.useCode" : "login.useRecovery")}
          </Anchor>
        </Group>
      </Stack>
    </form>
  );
}
