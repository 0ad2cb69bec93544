import { useTranslation } from "react-i18next";
import { Tag } from "../../parts/Tag";
import type { Role } from "./queries";

export function RoleBadge({ role }: { role: Role }) {
  const { t } = useTranslation();
  return (
    <span style={{ display: "inline-flex", minWidth: "max-content" }}>
      <Tag color={role === "admin" ? "zone" : "gray"}>{t(`common.role.${role}`)}</Tag>
    </span>
  );
}

// Mark is a small word beside a name.
export function Mark({ children }: { children: string }) {
  return <Tag title={children}>{children}</Tag>;
}
