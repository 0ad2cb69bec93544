import { Group, Paper, Text, TextInput } from "@mantine/core";
import { mdiMagnify } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { api, done, type Schema } from "../../../api/client";
import { bytes } from "../../../parts/format";
import { Icon } from "../../../parts/Icon";
import { Loaded } from "../../../parts/Loaded";
import { Nothing } from "../../../parts/Page";
import { useParam } from "../../../parts/useParam";
import { FileDrawer } from "../files/FileDrawer";
import classes from "../files/Files.module.css";
import { FolderList } from "../files/FolderList";
import { entries, tree } from "../files/folder";
import type { TabProps } from "../PluginPage";

// Files are a plugin's files; ?q= finds, ?file= is the one that is shown.
export default function Files({ plugin }: TabProps) {
  const query = useQuery({
    queryKey: ["plugin", plugin.id, "files"],
    queryFn: () => done(api.GET("/api/v1/plugins/{id}/files", { params: { path: { id: plugin.id } } })),
  });
  return <Loaded query={query}>{(list) => <Listed plugin={plugin} files={list.items} />}</Loaded>;
}

function Listed({ plugin, files }: TabProps & { files: Schema["File"][] }) {
  const { t } = useTranslation();
  const [text, find] = useParam("q");
  const [path, setPath] = useParam("file");
  const show = useCallback((to: string | null) => setPath(to, { push: true }), [setPath]);
  const wanted = useDeferredValue(text.toLowerCase());
  const list = useMemo(() => entries(files), [files]);
  const root = useMemo(() => tree(list.filter((e) => e.path.toLowerCase().includes(wanted))), [list, wanted]);
  const total = useMemo(() => list.reduce((n, e) => n + e.size, 0), [list]);
  const selected = list.find((e) => e.path === path);
  return (
    <>
      <Group justify="space-between" gap="xs">
        <TextInput
          type="search"
          size="xs"
          aria-label={t("files.find")}
          placeholder={t("files.find")}
          leftSection={<Icon path={mdiMagnify} size={16} />}
          value={text}
          onChange={(e) => find(e.currentTarget.value)}
          flex="1 1 200px"
          maw={340}
        />
        <Text size="sm" c="dimmed" role="status">
          {wanted
            ? t("files.found", { found: root.count, total: list.length })
            : `${t("files.count", { count: list.length })} · ${bytes(total)}`}
        </Text>
      </Group>
      <Paper withBorder className={classes.frame}>
        {root.count ? (
          <FolderList folder={root} open={wanted !== ""} selected={path} onSelect={show} />
        ) : (
          <Nothing title={t("common.nothingFound")} />
        )}
      </Paper>
      {selected && <FileDrawer key={path} plugin={plugin} entry={selected} onClose={() => show(null)} />}
    </>
  );
}
