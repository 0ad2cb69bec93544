import { Alert, Button, PasswordInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asFailure } from "../../api/failure";
import { Failed } from "../../parts/Failed";

// AskPassword asks for the password once more before something that a stolen session must not do.
export function AskPassword({
  detail,
  action,
  act,
}: {
  detail: string;
  action: string;
  act: { mutate: (password: string) => void; isPending: boolean; error: unknown };
}) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const code = act.error ? asFailure(act.error).code : "";
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        act.mutate(password);
      }}
    >
      <Stack>
        <Text size="sm">{detail}</Text>
        <PasswordInput
          data-autofocus
          label={t("account.current")}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          error={code === "password_wrong" && t("account.wrong")}
          visibilityToggleButtonProps={{ "aria-label": t("login.show"), tabIndex: 0, "aria-hidden": false }}
        />
        {code === "no_password" && <Alert color="blue">{t("account.noPassword")}</Alert>}
        {code && !["no_password", "password_wrong"].includes(code) && <Failed error={act.error} />}
        <Button type="submit" loading={act.isPending}>
          {action}
        </Button>
      </Stack>
    </form>
  );
}
