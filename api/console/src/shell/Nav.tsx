import { NavLink, Stack, Text } from "@mantine/core";
import {
  mdiAccountGroupOutline,
  mdiApplicationCogOutline,
  mdiCardAccountDetailsOutline,
  mdiKeyChainVariant,
  mdiKeyVariant,
  mdiServerOutline,
  mdiStorefrontOutline,
  mdiTextBoxSearchOutline,
  mdiWebhook,
} from "@mdi/js";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { Icon } from "../parts/Icon";
import { paths } from "../paths";
import classes from "./Nav.module.css";
import { NavPlugins } from "./NavPlugins";

export interface Destination {
  label: "zone" | "gallery" | "staff" | "profiles" | "tokens" | "keys" | "webhooks" | "audit" | "system";
  to: string;
  icon: string;
}

// destinations are the screens of administrators, by section. Members find their tokens in their account.
export const destinations: { section: "people" | "host" | null; items: Destination[] }[] = [
  {
    section: null,
    items: [
      { label: "zone", to: paths.zone, icon: mdiApplicationCogOutline },
      { label: "gallery", to: paths.gallery(), icon: mdiStorefrontOutline },
    ],
  },
  {
    section: "people",
    items: [
      { label: "staff", to: paths.staff(), icon: mdiAccountGroupOutline },
      { label: "profiles", to: paths.profiles(), icon: mdiCardAccountDetailsOutline },
      { label: "tokens", to: paths.tokens, icon: mdiKeyVariant },
    ],
  },
  {
    section: "host",
    items: [
      { label: "keys", to: paths.keys, icon: mdiKeyChainVariant },
      { label: "webhooks", to: paths.webhooks(), icon: mdiWebhook },
      { label: "audit", to: paths.audit, icon: mdiTextBoxSearchOutline },
      { label: "system", to: paths.system, icon: mdiServerOutline },
    ],
  },
];

const within = (location: string, to: string) =>
  to === paths.zone ? location === "/" || location.startsWith("/plugins/") : location === to || location.startsWith(`${to}/`);

// Nav is the menu: the administrator's screens, and the plugins that the member was given.
export function Nav({ admin }: { admin: boolean }) {
  const { t } = useTranslation();
  const [location] = useLocation();
  const [first, ...rest] = admin ? destinations : [];
  const link = (d: Destination) => (
    <NavLink
      key={d.to}
      component={Link}
      href={d.to}
      label={t(`shell.${d.label}`)}
      leftSection={<Icon path={d.icon} />}
      active={within(location, d.to)}
      aria-current={within(location, d.to) ? "page" : undefined}
      className={classes.link}
    />
  );
  return (
    <Stack gap={2} p="sm">
      {first?.items.map(link)}
      <Heading>{t("shell.plugins")}</Heading>
      <NavPlugins fold={admin} />
      {rest.map((s) => (
        <div key={s.section}>
          {s.section && <Heading>{t(`shell.${s.section}`)}</Heading>}
          {s.items.map(link)}
        </div>
      ))}
    </Stack>
  );
}

function Heading({ children }: { children: string }) {
  return (
    <Text size="xs" fw={600} c="dimmed" px="sm" pt="md" pb={4} component="h2">
      {children}
    </Text>
  );
}
