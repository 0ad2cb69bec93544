import { Anchor, Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { mdiArrowLeft } from "@mdi/js";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Icon } from "./Icon";
import classes from "./Page.module.css";

// Page is one screen: where it belongs to, its heading, what it is for, what can be done on it, and the rest.
export function Page({
  title,
  back,
  icon,
  lead,
  actions,
  children,
}: {
  title: string;
  back?: { href: string; label: string };
  icon?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  useDocumentTitle(`${title} · ${t("common.appName")}`);
  return (
    <Stack gap="lg" maw={1280} mx="auto" w="100%">
      <div className={classes.frame}>
        <div className={classes.head} data-icon={icon ? true : undefined}>
          {back && (
            <Anchor component={Link} href={back.href} size="sm" className={classes.back} w="fit-content">
              <Group gap={4} component="span">
                <Icon path={mdiArrowLeft} size={16} />
                {back.label}
              </Group>
            </Anchor>
          )}
          {icon && <div className={classes.icon}>{icon}</div>}
          <Title order={1} size="h2" className={classes.title}>
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" size="sm" component="div" className={classes.lead}>
              {lead}
            </Text>
          )}
          {actions && (
            <Group gap="xs" className={classes.actions}>
              {actions}
            </Group>
          )}
        </div>
      </div>
      {children}
    </Stack>
  );
}

// Nothing stands where a list is empty: why, and what to do.
export function Nothing({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      {icon && <Text c="dimmed">{icon}</Text>}
      <Text fw={600}>{title}</Text>
      {children && (
        <Text c="dimmed" size="sm" component="div" w="100%" maw={480}>
          {children}
        </Text>
      )}
    </Stack>
  );
}
