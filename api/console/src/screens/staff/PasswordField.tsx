import { Button, PasswordInput, Stack } from "@mantine/core";
import { mdiDice5Outline } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import { newPassword } from "./password";

// PasswordField is a new password of somebody, to type or to have made.
export function PasswordField({ value, onChange, error }: { value: string; onChange: (v: string) => void; error?: string | undefined }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" align="flex-start" w="100%">
      <PasswordInput
        w="100%"
        label={t("staff.password")}
        description={t("staff.passwordDetail")}
        autoComplete="new-password"
        required
        minLength={8}
        value={value}
        onChange={(e) => onChange(e.currentTarget.value)}
        error={error}
        visibilityToggleButtonProps={{ "aria-label": t("login.show"), tabIndex: 0, "aria-hidden": false }}
      />
      <Button variant="light" size="xs" leftSection={<Icon path={mdiDice5Outline} size={16} />} onClick={() => onChange(newPassword())}>
        {t("staff.generate")}
      </Button>
    </Stack>
  );
}
