import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Role } from "./queries";

export function RoleBadge({ role }: { role: Role }) {
  const { t } = useTranslation();
  return (
    <Badge variant={role === "admin" ? "filled" : "default"} tt="none" fw={600} miw="max-content">
      {t(`common.role.${role}`)}
    </Badge>
  );
}

// Mark is a small word beside a name.
export function Mark({ children }: { children: string }) {
  return (
    <Badge variant="default" size="sm" tt="none" fw={500} c="dimmed" style={{ flexShrink: 0 }} maw="100%">
      {children}
    </Badge>
  );
}
