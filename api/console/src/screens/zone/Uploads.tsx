import "@mantine/dropzone/styles.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { systemQuery } from "../../api/queries";
import type { Uploaded } from "../../api/upload";
import { notifyDone } from "../../parts/Failed";
import { paths } from "../../paths";
import { DropAnywhere } from "./DropAnywhere";
import { UploadDialog } from "./UploadDialog";
import { addFiles, closeUploads, forgetUploads, moving, openUploads, useUploads } from "./uploads";

// Uploads takes files that are dropped anywhere on the window, and has the dialog. It is there on every screen of an administrator.
export default function Uploads() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const client = useQueryClient();
  const maxBytes = useQuery(systemQuery).data?.maxUploadBytes;
  const { open, lead, list } = useUploads();
  const there = list.flatMap((s) => s.uploaded ?? []);
  const resting = list.length > 0 && !list.some(moving);

  const finish = () => {
    closeUploads();
    const ids = new Set(there.map((u) => u.plugin.id)); // a file that was chosen twice is one plugin
    const last = there.at(-1);
    if (last) go(ids.size > 1 ? paths.zoneRecent : next(last));
  };

  // What ended may be in lists that are shown already, should the stream of events be broken.
  const count = there.length;
  const rested = useEffectEvent(() => {
    if (count) client.invalidateQueries({ queryKey: ["plugins"] });
    if (lead && count === 1) finish();
    else if (!open) tell();
  });
  const tell = () => {
    if (count < list.length) return openUploads(); // what is wrong must not be missed
    notifyDone(t("zone.upload.ended", { count }));
    closeUploads();
  };
  const was = useRef(resting);
  useEffect(() => {
    if (resting && !was.current) rested();
    was.current = resting;
  }, [resting]);

  useEffect(() => forgetUploads, []);

  return (
    <>
      <DropAnywhere onDrop={(files) => addFiles(files, { maxBytes, lead: !open })} />
      <UploadDialog maxBytes={maxBytes} onFinish={finish} />
    </>
  );
}

// next is where an upload leads: to the consent, or where this very version is installed already, to the plugin.
const next = ({ plugin }: Uploaded) => (plugin.candidate ? paths.consent(plugin.id) : paths.plugin(plugin.id));
