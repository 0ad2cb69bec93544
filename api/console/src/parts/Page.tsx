import { Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

// Page is one screen: its heading, what it is for, what can be done on it, and the rest.
export function Page({
  title,
  icon,
  lead,
  actions,
  children,
}: {
  title: string;
  icon?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  useDocumentTitle(`${title} · ${t("common.appName")}`);
  return (
    <Stack gap="lg" maw={1280} mx="auto" w="100%">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Group gap="md" align="flex-start" wrap="nowrap" flex="1 1 320px" miw={0}>
          {icon}
          <div style={{ minWidth: 0, flex: 1 }}>
            <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
              {title}
            </Title>
            {lead && (
              <Text c="dimmed" size="sm" component="div" maw={720}>
                {lead}
              </Text>
            )}
          </div>
        </Group>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
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
        <Text c="dimmed" size="sm" component="div" maw={480}>
          {children}
        </Text>
      )}
    </Stack>
  );
}
