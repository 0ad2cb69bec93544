import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Refused } from "./Refused";
import type { Credentials, LoginState } from "./useLogin";

export function PasswordForm({
  login,
  known,
  onChange,
}: {
  login: LoginState;
  known: Credentials;
  onChange: (next: { username: string; password: string }) => void;
}) {
  const { t } = useTranslation();
  const wrong = login.failure?.code === "login_failed";
  return (
    <form
      aria-label={t("login.title")}
      onSubmit={(e) => {
        e.preventDefault();
        if (!login.wait) login.submit({ username: known.username.trim(), password: known.password });
      }}
    >
      <Stack>
        <Refused login={login} />
        <TextInput
          label={t("login.username")}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          withAsterisk={false}
          maxLength={64}
          error={wrong}
          value={known.username}
          onChange={(e) => {
            onChange({ ...known, username: e.currentTarget.value });
            login.forget();
          }}
        />
        <PasswordInput
          label={t("login.password")}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          error={wrong}
          value={known.password}
          onChange={(e) => onChange({ ...known, password: e.currentTarget.value })}
          visibilityToggleButtonProps={{ "aria-label": t("login.show"), tabIndex: 0, "aria-hidden": false }}
        />
        <Button type="submit" loading={login.busy} disabled={login.wait > 0} fullWidth mt="xs">
          {login.wait > 0 ? t("login.wait", { seconds: login.wait }) : t("login.submit")}
        </Button>
      </Stack>
    </form>
  );
}
