import { Stack, Text } from "@mantine/core";
import { mdiTrayArrowDown } from "@mdi/js";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import { dropped } from "./dropped";
import classes from "./Upload.module.css";

// restMs is how long after the last sign of files over the window they are taken to be gone: browsers give one every 350 ms at the latest.
const restMs = 1000;

// DropAnywhere takes files that are dropped anywhere on the window, and shows so while they are over it. What a zone on the page takes by
// itself is left to it.
export function DropAnywhere({ onDrop }: { onDrop: (files: File[]) => void }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const drop = useEffectEvent((event: DragEvent) => dropped(event).then(onDrop));
  useEffect(() => {
    let rest = 0;
    const show = (on: boolean) => {
      clearTimeout(rest);
      setOver(on);
      if (on) rest = window.setTimeout(setOver, restMs, false);
    };
    // Each event tells by itself whether files are there: entering and leaving are not counted, as one of them may be missed.
    const heard = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      const taken = event.defaultPrevented;
      event.preventDefault(); // else the browser opens the file
      if (event.type === "dragleave") return event.relatedTarget || show(false);
      show(event.type !== "drop" && !taken);
      if (event.type === "drop" && !taken) drop(event);
    };
    const kinds = ["dragenter", "dragover", "dragleave", "drop"] as const;
    for (const kind of kinds) document.addEventListener(kind, heard);
    return () => {
      clearTimeout(rest);
      for (const kind of kinds) document.removeEventListener(kind, heard);
    };
  }, []);
  if (!over) return null;
  return (
    <div className={classes.over} aria-hidden="true">
      <Stack align="center" gap="xs">
        <Icon path={mdiTrayArrowDown} size={64} />
        <Text size="xl" fw={650}>
          {t("zone.upload.anywhere")}
        </Text>
        <Text c="dimmed">{t("zone.upload.anywhereHint")}</Text>
      </Stack>
    </div>
  );
}
