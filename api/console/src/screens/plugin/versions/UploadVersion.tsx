import { Button, FileButton } from "@mantine/core";
import { mdiUpload } from "@mdi/js";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { asFailure } from "../../../api/failure";
import type { Plugin } from "../../../api/queries";
import { upload } from "../../../api/upload";
import { useConfirm } from "../../../parts/Confirm";
import { notifyDone, notifyFailure } from "../../../parts/Failed";
import { number } from "../../../parts/format";
import { Icon } from "../../../parts/Icon";
import { paths } from "../../../paths";

// UploadVersion sends a zip and leads to what it asks for. A version that is there with other content is replaced only after a question.
export function UploadVersion({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const [, go] = useLocation();
  const [part, setPart] = useState(0);
  const reset = useRef<() => void>(null);
  const send = useMutation({
    mutationFn: ({ file, replace }: { file: File; replace: boolean }) => upload(file, { replace, onProgress: setPart }),
    onSuccess: ({ plugin: sent }) => {
      if (sent.id !== plugin.id) notifyDone(t("versions.other", { name: sent.name }));
      go(paths.consent(sent.id));
    },
    onError: async (e, { file, replace }) => {
      const failure = asFailure(e);
      if (failure.code !== "version_exists" || replace) return notifyFailure(e);
      const version = /^version (\S+)/.exec(failure.detail)?.[1] ?? "";
      const yes = await confirm({
        title: t("versions.replaceTitle", { version }),
        body: t("versions.replaceText"),
        action: t("versions.replace"),
        name: plugin.name,
      });
      if (yes) send.mutate({ file, replace: true });
    },
    onSettled: () => {
      reset.current?.();
      setPart(0);
    },
  });
  return (
    <FileButton accept=".zip,application/zip" resetRef={reset} onChange={(file) => file && send.mutate({ file, replace: false })}>
      {(props) => (
        <Button {...props} leftSection={<Icon path={mdiUpload} />} disabled={send.isPending}>
          {send.isPending ? t("versions.uploading", { percent: number(part * 100) }) : t("versions.upload")}
        </Button>
      )}
    </FileButton>
  );
}
