import { SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { shown } from "../../api/sides";
import { fieldError } from "../../parts/fieldError";
import { PluginPicker } from "../staff/PluginPicker";
import { Mark } from "../staff/RoleBadge";

export interface ProfileValue {
  name: string;
  role: "user" | "agent";
  plugins: string[];
}

// ProfileFields are a profile's name, the role that it is for, and its plugins. The role stays while it has members.
export function ProfileFields({
  value,
  onChange,
  error,
  members,
}: {
  value: ProfileValue;
  onChange: (next: Partial<ProfileValue>) => void;
  error: unknown;
  members: number;
}) {
  const { t } = useTranslation();
  return (
    <Stack>
      <TextInput
        data-autofocus
        label={t("common.name")}
        required
        maxLength={100}
        autoComplete="off"
        value={value.name}
        onChange={(e) => onChange({ name: e.currentTarget.value })}
        error={fieldError(error, "name")}
      />
      <div>
        <Text size="sm" fw={500} mb={4} id="profile-role">
          {t("profiles.role")}
        </Text>
        <SegmentedControl
          aria-labelledby="profile-role"
          aria-describedby="profile-role-detail"
          disabled={members > 0}
          value={value.role}
          onChange={(role) => onChange({ role })}
          data={(["agent", "user"] as const).map((r) => ({ value: r, label: t(`common.role.${r}`) }))}
        />
        <Text size="xs" c="dimmed" mt={4} id="profile-role-detail">
          {members > 0 ? t("profiles.roleStays") : t(`staff.roleDetail.${value.role}`)}
        </Text>
      </div>
      <PluginPicker
        label={t("profiles.plugins")}
        value={value.plugins}
        onChange={(plugins) => onChange({ plugins })}
        note={(p) => !shown(p.sidebar ?? "always", value.role) && <Mark>{t("staff.notShown")}</Mark>}
      />
    </Stack>
  );
}
