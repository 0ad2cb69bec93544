import { Checkbox, Radio, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sidebarQuery, useMe } from "../../api/queries";
import { PluginPicker } from "../staff/PluginPicker";
import { appsOf, everything, scopeGroups, scopeKey, withApps } from "./scopes";

// ScopePicker chooses the rights of a token: all that its owner may do, or some. Who is no administrator has plugins to choose from alone.
export function ScopePicker({ value, onChange, all = true }: { value: string[]; onChange: (scopes: string[]) => void; all?: boolean }) {
  const { t } = useTranslation();
  const admin = useMe().role === "admin";
  const sidebar = useQuery({ ...sidebarQuery, enabled: !admin });
  const some = !value.includes(everything);
  const toggle = (scope: string, on: boolean) => onChange(on ? [...value, scope] : value.filter((s) => s !== scope));
  return (
    <Stack gap="sm">
      {all && (
        <Radio.Group label={t("tokens.scopes")} value={some ? "some" : "all"} onChange={(v) => onChange(v === "all" ? [everything] : [])}>
          <Stack gap="xs" mt="xs">
            <Radio value="some" label={t("tokens.some")} description={t("tokens.someDetail")} />
            <Radio value="all" label={t("tokens.everything")} description={t("tokens.everythingDetail")} />
          </Stack>
        </Radio.Group>
      )}
      {some && admin && (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {scopeGroups.map(({ group, scopes }) => (
            <Stack key={group} gap="xs" role="group" aria-label={t(`tokens.group.${group}`)}>
              <Text size="sm" fw={600}>
                {t(`tokens.group.${group}`)}
              </Text>
              {scopes.map((scope) => (
                <Checkbox
                  key={scope}
                  label={scope}
                  description={t(`tokens.scope.${scopeKey(scope)}`)}
                  checked={value.includes(scope)}
                  onChange={(e) => toggle(scope, e.currentTarget.checked)}
                />
              ))}
            </Stack>
          ))}
        </SimpleGrid>
      )}
      {some && (
        <PluginPicker
          label={t("tokens.apps")}
          value={appsOf(value)}
          onChange={(ids) => onChange(withApps(value, ids))}
          {...(admin ? {} : { from: sidebar.data ?? [] })}
        />
      )}
    </Stack>
  );
}
