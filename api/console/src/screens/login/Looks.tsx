import { ActionIcon, Group, NativeSelect, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { mdiWeatherNight, mdiWhiteBalanceSunny } from "@mdi/js";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import { type Language, languages, setLanguage } from "../../text";

// Looks are the language and the colours, for who is not logged in yet.
export function Looks() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme() === "dark";
  return (
    <Group justify="center" gap="xs" component="footer">
      <NativeSelect
        size="xs"
        aria-label={t("shell.language")}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        value={i18next.language}
        onChange={(e) => setLanguage(e.currentTarget.value as Language, true)}
      />
      <ActionIcon
        variant="default"
        size={30}
        aria-label={t(dark ? "login.toLight" : "login.toDark")}
        title={t(dark ? "login.toLight" : "login.toDark")}
        onClick={() => setColorScheme(dark ? "light" : "dark")}
      >
        <Icon path={dark ? mdiWhiteBalanceSunny : mdiWeatherNight} />
      </ActionIcon>
    </Group>
  );
}
