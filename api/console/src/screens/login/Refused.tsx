import { Alert, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Failed } from "../../parts/Failed";
import { duration } from "../../parts/format";
import type { LoginState } from "./useLogin";

// Refused says why nobody was let in: what people do wrong in their words, everything else as everywhere.
export function Refused({ login }: { login: LoginState }) {
  const { t } = useTranslation();
  const f = login.failure;
  if (!f) return null;
  if (f.code === "login_failed" || f.code === "totp_invalid") {
    return (
      <Alert color="red" role="alert" title={t(`login.${f.code}`)}>
        {t(`login.${f.code}Detail`)}
      </Alert>
    );
  }
  if (f.status === 429) {
    return (
      <Alert color="red" role="alert" title={t("login.tooMany")}>
        {t("login.tooManyDetail")}
        <Text size="sm" fw={600} aria-live="off">
          {login.wait > 0 ? t("login.again", { time: duration(login.wait) }) : t("login.againNow")}
        </Text>
      </Alert>
    );
  }
  return <Failed error={f} />;
}
