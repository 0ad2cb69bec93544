import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";
import { Loaded } from "../../../parts/Loaded";
import { Nothing } from "../../../parts/Page";
import { paths } from "../../../paths";
import type { TabProps } from "../PluginPage";
import { versionsQuery } from "../versions/query";
import { Rollback } from "../versions/Rollback";
import { Trial } from "../versions/Trial";
import { UploadVersion } from "../versions/UploadVersion";
import { VersionCard } from "../versions/VersionCard";
import classes from "../versions/Versions.module.css";

// Versions are those that are kept of a plugin, and the ways from one to another. What is compared and what is about to be gone back to are
// in the address.
export default function Versions({ plugin }: TabProps) {
  const { t } = useTranslation();
  const query = useQuery(versionsQuery(plugin.id));
  const [, go] = useLocation();
  const search = new URLSearchParams(useSearch());
  const show = (name: "compare" | "back", version: string | null) => {
    const to = paths.plugin(plugin.id, "versions");
    go(version === null ? to : `${to}?${name}=${encodeURIComponent(version)}`, { replace: name === "compare" || version === null });
  };
  const back = search.get("back");
  return (
    <>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed">
          {t("versions.lead")}
        </Text>
        <UploadVersion plugin={plugin} />
      </Group>
      <Trial plugin={plugin} />
      <Loaded query={query}>
        {(versions) =>
          versions.length === 0 ? (
            <Nothing title={t("versions.noneTitle")} />
          ) : (
            <Stack component="ol" gap="sm" className={classes.list} aria-label={t("versions.list")}>
              {versions
                .toSorted((a, b) => b.uploadedAt.localeCompare(a.uploadedAt))
                .map((v) => (
                  <VersionCard
                    key={v.digest}
                    plugin={plugin}
                    version={v}
                    compared={search.get("compare") === v.version}
                    onCompare={(on) => show("compare", on ? v.version : null)}
                    onBack={() => show("back", v.version)}
                  />
                ))}
            </Stack>
          )
        }
      </Loaded>
      {back !== null && plugin.active && <Rollback plugin={plugin} version={back} onClose={() => show("back", null)} />}
    </>
  );
}
