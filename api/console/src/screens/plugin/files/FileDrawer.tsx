import { Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { mdiDownload } from "@mdi/js";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../../api/queries";
import { useConfirm } from "../../../parts/Confirm";
import { notifyFailure } from "../../../parts/Failed";
import { bytes } from "../../../parts/format";
import { Icon } from "../../../parts/Icon";
import { Loaded } from "../../../parts/Loaded";
import { neutral } from "../../../parts/neutral";
import { When } from "../../../parts/When";
import { fileURL, readContent, removeFile, shown } from "./content";
import { Digest } from "./Digest";
import { FileEditor } from "./FileEditor";
import classes from "./Files.module.css";
import { type Entry, isCode } from "./folder";

// FileDrawer is one file: what is known of it, its content as text, and what may be done with it.
export function FileDrawer({ plugin, entry, onClose }: { plugin: Plugin; entry: Entry; onClose: () => void }) {
  const { t } = useTranslation();
  const { path } = entry;
  const client = useQueryClient();
  const confirm = useConfirm();
  const [editing, setEditing] = useState(false);
  const file = entry.overlay ?? entry.version;
  const content = useQuery({
    queryKey: ["plugin", plugin.id, "file", path, file?.sha256, file?.updatedAt, file?.size],
    queryFn: ({ signal }) => readContent(plugin.id, path, signal),
  });
  const read = () => client.invalidateQueries({ queryKey: ["plugin", plugin.id] });
  const remove = useMutation({
    mutationFn: () => removeFile(plugin.id, path),
    onSuccess: async () => {
      if (!entry.version) onClose();
      await read();
    },
    onError: (e) => notifyFailure(e),
  });
  const writable =
    plugin.active && plugin.runtime === "node" && !isCode(path) && content.data?.whole === true && content.data.text !== null;
  const ask = async () => {
    const sure = await confirm({
      title: t("files.deleteTitle"),
      body: t(entry.version ? "files.deleteCovering" : "files.deleteBody"),
      action: t("common.delete"),
      name: entry.name,
    });
    if (sure) remove.mutate();
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={
        <Text fw={650} style={{ overflowWrap: "anywhere" }}>
          {neutral(path)}
        </Text>
      }
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {[bytes(entry.size), entry.version?.type, entry.overlay && t(entry.version ? "files.covers" : "files.beside")]
            .filter(Boolean)
            .join(" · ")}
          {entry.overlay?.updatedAt && (
            <>
              {" · "}
              <When at={entry.overlay.updatedAt} />
            </>
          )}
        </Text>
        {entry.version?.sha256 && <Digest value={entry.version.sha256} covered={entry.overlay !== undefined} />}
        <Group gap="xs">
          <Button
            component="a"
            href={fileURL(plugin.id, path)}
            download={entry.name}
            size="xs"
            variant="default"
            leftSection={<Icon path={mdiDownload} size={16} />}
          >
            {t("common.download")}
          </Button>
          {writable && !editing && (
            <Button size="xs" variant="default" onClick={() => setEditing(true)}>
              {t(entry.overlay ? "common.edit" : "files.cover")}
            </Button>
          )}
          {entry.overlay && (
            <Button size="xs" variant="default" color="red" loading={remove.isPending} onClick={ask}>
              {t("common.delete")}
            </Button>
          )}
        </Group>
        {editing ? (
          <FileEditor id={plugin.id} path={path} text={content.data?.text ?? ""} onDone={() => setEditing(false)} />
        ) : (
          <Loaded query={content}>
            {({ text, whole }) =>
              text === null ? (
                <Text size="sm">{t("files.binary")}</Text>
              ) : (
                <>
                  {!whole && <Text size="sm">{t("files.beginning")}</Text>}
                  {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
                  <pre className={classes.content} tabIndex={0} aria-label={t("files.content")} role="document">
                    {shown(text) || t("files.empty")}
                  </pre>
                </>
              )
            }
          </Loaded>
        )}
      </Stack>
    </Drawer>
  );
}
