import { AppShell, Burger, Center, Group, Loader, ScrollArea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { LiveContext, useLiveStream } from "../api/live";
import { useMe } from "../api/queries";
import { Unexpected } from "../parts/Unexpected";
import { paths } from "../paths";
import { restore } from "../screens/workplace/opened";
import { Workplace } from "../screens/workplace/Workplace";
import { Finder, FinderButton } from "./Finder";
import { LiveMark } from "./LiveMark";
import { Nav } from "./Nav";
import { Screens } from "./Screens";
import classes from "./Shell.module.css";
import { UserMenu } from "./UserMenu";
import { useArrival } from "./useArrival";

const Uploads = lazy(() => import("../screens/zone/Uploads"));

// Shell is what surrounds every screen. The pages of plugins that are open live beside the screens and stay as they are while another
// screen is shown. entered tells that somebody has just logged in, so that their focus has yet to be put somewhere.
export default function Shell({ entered }: { entered: boolean }) {
  const { t } = useTranslation();
  const me = useMe();
  useState(() => restore(me.user)); // before anything of it is shown
  const admin = me.role === "admin";
  const live = useLiveStream(admin);
  const [opened, { toggle, close }] = useDisclosure(false);
  const [location] = useLocation();
  const working = location.startsWith("/open/") || (!admin && location === paths.zone);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu of a narrow window closes when the address changes
  useEffect(close, [location]);
  useArrival(location, entered);

  return (
    <LiveContext value={live}>
      <a href="#content" className={classes.skip}>
        {t("shell.skip")}
      </a>
      <AppShell
        header={{ height: 56 }}
        navbar={{ width: 248, breakpoint: "sm", collapsed: { mobile: !opened } }}
        padding={working ? 0 : { base: "md", sm: "lg" }}
      >
        <AppShell.Header className={classes.header}>
          <Group h="100%" px="md" justify="space-between" wrap="nowrap">
            <Group gap="sm" wrap="nowrap">
              <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t("shell.menu")} />
              <Link href={paths.zone} className={classes.brand}>
                <img src="/icon.svg" alt="" width={26} height={26} />
                <span>{t("common.appName")}</span>
              </Link>
            </Group>
            <Group gap="xs" wrap="nowrap">
              <FinderButton />
              <LiveMark />
              <UserMenu />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar} component="nav" aria-label={t("shell.nav")}>
          <AppShell.Section grow component={ScrollArea} type="auto">
            <Nav admin={admin} />
          </AppShell.Section>
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
          <Workplace shown={working} />
          {!working && (
            <Unexpected at={location}>
              <Suspense
                fallback={
                  <Center py={80}>
                    <Loader aria-label={t("common.loading")} />
                  </Center>
                }
              >
                <Screens admin={admin} />
              </Suspense>
            </Unexpected>
          )}
        </AppShell.Main>
      </AppShell>
      <Finder admin={admin} />
      {admin && (
        <Suspense>
          <Uploads />
        </Suspense>
      )}
    </LiveContext>
  );
}
