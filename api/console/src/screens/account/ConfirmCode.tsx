import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { asFailure } from "../../api/failure";
import { Failed } from "../../parts/Failed";
import { Once } from "../../parts/Once";
import { QrCode } from "./QrCode";

// ConfirmCode shows the secret as a picture and as text, and asks for the first code of the app.
export function ConfirmCode({
  pending,
  error,
  busy,
  onCode,
}: {
  pending: Schema["PendingTOTP"];
  error: unknown;
  busy: boolean;
  onCode: (code: string) => void;
}) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const wrong = error ? asFailure(error).code === "totp_invalid" : false;
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        onCode(code.trim());
      }}
    >
      <Stack>
        <Text size="sm">{t("account.scan")}</Text>
        <QrCode text={pending.url} label={t("account.qr")} />
        <Once label={t("account.secret")} text={pending.secret} />
        <TextInput
          data-autofocus
          label={t("login.code")}
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          withAsterisk={false}
          maxLength={16}
          value={code}
          onChange={(e) => setCode(e.currentTarget.value)}
          error={wrong && t("login.totp_invalidDetail")}
        />
        {error !== null && !wrong && <Failed error={error} />}
        <Button type="submit" loading={busy}>
          {t("account.turnOn")}
        </Button>
      </Stack>
    </form>
  );
}
