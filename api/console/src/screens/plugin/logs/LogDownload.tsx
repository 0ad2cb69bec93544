import { Button, Menu } from "@mantine/core";
import { mdiDownload } from "@mdi/js";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyFailure } from "../../../parts/Failed";
import { Icon } from "../../../parts/Icon";
import { save } from "../../../parts/save";
import { file } from "./lines";
import { read } from "./useLog";

type Form = "txt" | "txt.gz" | "ndjson";

// LogDownload saves all lines that the host gives, not those alone that are shown. A file of text holds nothing that a terminal obeys.
export function LogDownload({ id }: { id: string }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const get = async (form: Form) => {
    setBusy(true);
    try {
      const lines = await read(`/api/v1/plugins/${encodeURIComponent(id)}/logs`);
      const text = form === "ndjson" ? lines.map((l) => `${JSON.stringify(l)}\n`).join("") : file(lines);
      const plain = new Blob([text], { type: "text/plain" });
      const packed = () => new Response(plain.stream().pipeThrough(new CompressionStream("gzip"))).blob();
      save(`${id}-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.log.${form}`, form === "txt.gz" ? await packed() : plain);
    } catch (e) {
      notifyFailure(e);
    }
    setBusy(false);
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs" loading={busy} leftSection={<Icon path={mdiDownload} size={16} />}>
          {t("logs.download")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => get("txt")}>{t("logs.asText")}</Menu.Item>
        <Menu.Item onClick={() => get("txt.gz")}>{t("logs.asGzip")}</Menu.Item>
        <Menu.Item onClick={() => get("ndjson")}>{t("logs.asRecorded")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
