import { Alert, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { shown } from "../../api/sides";
import { fieldError } from "../../parts/fieldError";
import { PluginPicker } from "./PluginPicker";
import { profilesQuery, type Role } from "./queries";
import { Mark } from "./RoleBadge";

export interface Rights {
  role: Role;
  profile: string | null;
  plugins: string[];
}

// RoleFields are what a member may do: the role, the profile for it, and the plugins that the member has besides.
export function RoleFields({
  value,
  onChange,
  error,
  service,
}: {
  value: Rights;
  onChange: (next: Partial<Rights>) => void;
  error: unknown;
  service: boolean;
}) {
  const { t } = useTranslation();
  const profiles = useQuery(profilesQuery).data ?? [];
  const fitting = profiles.filter((p) => p.role === value.role);
  const profile = profiles.find((p) => p.id === value.profile);
  const setRole = (role: Role) => onChange({ role, profile: profile?.role === role ? value.profile : null });
  return (
    <Stack>
      <Select
        label={t("staff.role")}
        description={t(service ? "staff.roleService" : `staff.roleDetail.${value.role}`)}
        allowDeselect={false}
        data={(["admin", "user", "agent"] as const).map((r) => ({ value: r, label: t(`common.role.${r}`) }))}
        value={value.role}
        onChange={(r) => r && setRole(r as Role)}
        error={fieldError(error, "role")}
      />
      {value.role === "admin" ? (
        <Alert color="blue" variant="light">
          <Text size="sm" c="var(--mantine-color-text)">
            {t("staff.adminHasAll")}
          </Text>
        </Alert>
      ) : (
        <>
          <Select
            label={t("staff.profile")}
            description={t(fitting.length ? "staff.profileDetail" : "staff.noProfile")}
            placeholder={t("common.none")}
            clearable
            searchable={fitting.length > 8}
            clearButtonProps={{ "aria-label": t("staff.noProfileChosen") }}
            data={fitting.map((p) => ({ value: p.id, label: p.name }))}
            value={value.profile}
            onChange={(id) => onChange({ profile: id })}
            error={fieldError(error, "profile")}
          />
          <PluginPicker
            label={t("staff.own")}
            value={value.plugins}
            onChange={(plugins) => onChange({ plugins })}
            note={(p) => (
              <>
                {profile?.plugins.includes(p.id) && <Mark>{t("staff.byProfile", { name: profile.name })}</Mark>}
                {!service && !shown(p.sidebar ?? "always", value.role) && <Mark>{t("staff.notShown")}</Mark>}
              </>
            )}
          />
          {fieldError(error, "plugins") && (
            <Text size="sm" c="red">
              {fieldError(error, "plugins")}
            </Text>
          )}
        </>
      )}
    </Stack>
  );
}
