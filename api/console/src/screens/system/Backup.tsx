import { Button } from "@mantine/core";
import { mdiDatabaseExportOutline } from "@mdi/js";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { raw } from "../../api/client";
import { notifyDone, notifyFailure } from "../../parts/Failed";
import { bytes } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { save } from "../../parts/save";

// BackupButton takes a backup of the running host to a file of the browser's.
export function BackupButton() {
  const { t } = useTranslation();
  const backup = useMutation({
    mutationFn: async () => {
      const file = await (await raw("/api/v1/backup", { method: "POST" })).blob();
      save(`appzone-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-")}.backup`, file);
      return file.size;
    },
    onSuccess: (size) => notifyDone(t("system.backedUp", { size: bytes(size) })),
    onError: (e) => notifyFailure(e, t("system.notBackedUp")),
  });
  return (
    <Button
      variant="default"
      leftSection={<Icon path={mdiDatabaseExportOutline} />}
      loading={backup.isPending}
      onClick={() => backup.mutate()}
    >
      {t("system.backup")}
    </Button>
  );
}
