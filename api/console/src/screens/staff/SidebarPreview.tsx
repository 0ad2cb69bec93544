import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PluginIcon } from "../../parts/Icon";
import classes from "./Sidebar.module.css";

export interface PreviewEntry {
  id: string;
  name: string;
  icon: string;
  // note says what of it people should know.
  note?: string | undefined;
  strong?: boolean;
}

// SidebarPreview is a sidebar as a member sees it, in small; nothing in it can be opened.
export function SidebarPreview({ label, entries, empty }: { label: string; entries: PreviewEntry[]; empty: string }) {
  const { t } = useTranslation();
  return (
    <section className={classes.frame} aria-label={label}>
      <div className={classes.top}>
        <img src="/icon.svg" alt="" width={18} height={18} />
        {t("shell.plugins")}
      </div>
      {entries.length === 0 && (
        <Text size="sm" c="dimmed" p="md">
          {empty}
        </Text>
      )}
      {entries.length > 0 && (
        <ul className={classes.list} tabIndex={entries.length > 9 ? 0 : undefined}>
          {entries.map((e) => (
            <li key={e.id} className={classes.item} data-strong={e.strong || undefined}>
              <PluginIcon name={e.icon} size={18} />
              <span className={classes.name} title={e.name}>
                {e.name}
              </span>
              {e.note && (
                <Text size="xs" c="dimmed" component="span">
                  {e.note}
                </Text>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
