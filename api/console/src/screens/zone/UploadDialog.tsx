import { Button, Group, Modal, Stack, Text, Tooltip } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { mdiTrayArrowUp } from "@mdi/js";
import { type MouseEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { bytes } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { dropped } from "./dropped";
import classes from "./Upload.module.css";
import { UploadRow } from "./UploadRow";
import { addFiles, closeUploads, moving, useUploads } from "./uploads";

// UploadDialog takes zips, shows how far they are and what is wrong with them, and leads on when all is there.
export function UploadDialog({ maxBytes, onFinish }: { maxBytes: number | undefined; onFinish: () => void }) {
  const { t } = useTranslation();
  const { open, list } = useUploads();
  const done = list.filter((s) => s.uploaded).length;
  const under = list.filter(moving).length;
  const bad = list.filter((s) => s.stage === "refused" || s.stage === "failed").length;
  const status = [
    list.length > 0 && t("zone.upload.status", { done, count: list.length }),
    under > 0 && t("zone.upload.statusUnder", { under }),
    bad > 0 && t("zone.upload.statusBad", { bad }),
  ]
    .filter(Boolean)
    .join(" · ");
  const chooser = useRef<() => void>(null);
  const choose = (e: MouseEvent) => {
    e.stopPropagation(); // the zone around the button opens it too
    chooser.current?.();
  };
  const why = under ? t("zone.upload.underway") : done ? "" : t("zone.upload.first");
  return (
    <Modal
      opened={open}
      onClose={closeUploads}
      title={t("zone.upload.title")}
      size="lg"
      closeButtonProps={{ "aria-label": t("common.close") }}
      classNames={{ content: classes.content }}
    >
      <Stack>
        {list.length > 0 && (
          <Stack component="ul" gap="xs" m={0} p={0} className={classes.list}>
            {list.map((s) => (
              <UploadRow key={s.key} sending={s} maxBytes={maxBytes} />
            ))}
          </Stack>
        )}
        <Dropzone
          onDrop={(files) => addFiles(files, { maxBytes })}
          getFilesFromEvent={dropped}
          openRef={chooser}
          activateOnKeyboard={false}
          enablePointerEvents
          inputProps={{ "aria-hidden": true, accept: ".zip" }}
          className={classes.zone}
          data-compact={list.length > 0 || undefined}
        >
          <div className={classes.inside}>
            <Text c="dimmed" component="span" lh={1}>
              <Icon path={mdiTrayArrowUp} size={list.length ? 28 : 44} />
            </Text>
            <div>
              <Text fw={600}>{t(list.length ? "zone.upload.another" : "zone.upload.drop")}</Text>
              <Text size="sm" c="dimmed">
                {maxBytes === undefined ? t("zone.upload.hint") : t("zone.upload.hintMax", { max: bytes(maxBytes) })}
              </Text>
            </div>
            <Button variant={list.length ? "default" : "light"} size={list.length ? "xs" : "sm"} data-autofocus onClick={choose}>
              {t("zone.upload.choose")}
            </Button>
          </div>
        </Dropzone>
        <Group justify="flex-end" gap="xs" className={classes.footer}>
          <Text size="sm" c="dimmed" role="status" className={classes.status}>
            {status}
          </Text>
          <Button variant="default" onClick={closeUploads}>
            {t(under ? "zone.upload.background" : done ? "common.close" : "common.cancel")}
          </Button>
          <Tooltip label={why} disabled={!why} events={{ hover: true, focus: true, touch: true }}>
            <Button onClick={why ? undefined : onFinish} data-disabled={Boolean(why) || undefined} aria-disabled={Boolean(why)}>
              {t("zone.upload.finish")}
            </Button>
          </Tooltip>
        </Group>
      </Stack>
    </Modal>
  );
}
