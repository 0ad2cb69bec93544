import { Alert, Button, PasswordInput, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { asFailure } from "../../api/failure";
import { useMe } from "../../api/queries";
import { Failed, notifyDone } from "../../parts/Failed";
import { fieldError } from "../../parts/fieldError";
import { Panel } from "../../parts/Panel";

const empty = { current: "", password: "", again: "" };

export function Password() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe();
  const [form, setForm] = useState(empty);
  const save = useMutation({
    mutationFn: () => done(api.PUT("/api/v1/me/password", { body: { current: form.current, password: form.password } })),
    onSuccess: () => {
      setForm(empty);
      client.invalidateQueries({ queryKey: ["sessions"] });
      notifyDone(t("account.passwordChanged"));
    },
  });
  const failure = save.error && asFailure(save.error);
  const differs = form.again !== "" && form.again !== form.password;
  const input = (key: keyof typeof form, error?: string) => ({
    label: t(`account.${key}`),
    required: true,
    withAsterisk: false,
    value: form[key],
    onChange: (e: { currentTarget: { value: string } }) => setForm({ ...form, [key]: e.currentTarget.value }),
    autoComplete: key === "current" ? "current-password" : "new-password",
    visibilityToggleButtonProps: { "aria-label": t("login.show"), tabIndex: 0, "aria-hidden": false },
    error,
  });
  return (
    <Panel title={t("account.changePassword")} lead={t("account.changePasswordDetail")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (form.again === form.password) save.mutate();
        }}
      >
        <Stack>
          <input type="text" name="username" autoComplete="username" value={me.user} readOnly hidden />
          {failure?.code === "no_password" && <Alert color="blue">{t("account.noPassword")}</Alert>}
          <PasswordInput {...input("current", failure?.code === "password_wrong" ? t("account.wrong") : undefined)} />
          <PasswordInput {...input("password", fieldError(save.error, "password"))} description={t("staff.passwordDetail")} minLength={8} />
          <PasswordInput {...input("again", differs ? t("account.differs") : undefined)} />
          {failure && !["no_password", "password_wrong", "password_invalid"].includes(failure.code) && <Failed error={failure} />}
          <Button type="submit" loading={save.isPending} style={{ alignSelf: "flex-start" }}>
            {t("account.changePassword")}
          </Button>
        </Stack>
      </form>
    </Panel>
  );
}
