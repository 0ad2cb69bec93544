import { Avatar, Menu, UnstyledButton, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { mdiAccountCircleOutline, mdiApi, mdiBrightness6, mdiLogout, mdiTranslate, mdiWeatherNight, mdiWhiteBalanceSunny } from "@mdi/js";
import { useQueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { api, done } from "../api/client";
import { leave, useMe } from "../api/queries";
import { notifyFailure } from "../parts/Failed";
import { Icon } from "../parts/Icon";
import { paths } from "../paths";
import { forget } from "../screens/workplace/opened";
import { type Language, languages, setLanguage } from "../text";

const schemes = [
  ["light", mdiWhiteBalanceSunny],
  ["dark", mdiWeatherNight],
  ["auto", mdiBrightness6],
] as const;

export function UserMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const [, go] = useLocation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  const logout = async () => {
    try {
      await done(api.DELETE("/api/v1/session"));
      forget();
      go(paths.zone);
      leave(client);
    } catch (e) {
      notifyFailure(e);
    }
  };

  return (
    <Menu position="bottom-end" width={230} withArrow>
      <Menu.Target>
        <UnstyledButton>
          <Avatar color="zone" radius="xl" size={34} name={me.user} aria-hidden />
          <VisuallyHidden>{t("shell.signedIn", { user: me.user })}</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.user} · {t(`common.role.${me.role}`)}
        </Menu.Label>
        <Menu.Item leftSection={<Icon path={mdiAccountCircleOutline} />} onClick={() => go(paths.account)}>
          {t("shell.account")}
        </Menu.Item>
        <Menu.Item leftSection={<Icon path={mdiApi} />} component="a" href="/api/docs">
          {t("shell.docs")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("shell.scheme")}</Menu.Label>
        {schemes.map(([scheme, icon]) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon path={icon} />}
            role="menuitemradio"
            aria-checked={colorScheme === scheme}
            rightSection={colorScheme === scheme ? "✓" : null}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`shell.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Label>{t("shell.language")}</Menu.Label>
        {Object.entries(languages).map(([tag, name]) => (
          <Menu.Item
            key={tag}
            lang={tag}
            leftSection={<Icon path={mdiTranslate} />}
            role="menuitemradio"
            aria-checked={i18next.language === tag}
            rightSection={i18next.language === tag ? "✓" : null}
            onClick={() => setLanguage(tag as Language, true)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon path={mdiLogout} />} onClick={logout}>
          {t("shell.logout")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
