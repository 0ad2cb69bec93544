import { Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../../api/queries";
import { JobView } from "../../consent/JobView";
import { RollbackForm } from "./RollbackForm";

// Rollback asks how to go back to a version, and follows it.
export function Rollback({ plugin, version, onClose }: { plugin: Plugin; version: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [job, setJob] = useState<string | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      centered
      title={t("versions.back.title", { version })}
      styles={{ title: { fontWeight: 650, overflowWrap: "anywhere", minWidth: 0 } }}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {job ? (
        <JobView id={job} plugin={plugin} version={version} onRetry={() => setJob(null)} onClose={onClose} />
      ) : (
        <RollbackForm plugin={plugin} version={version} onBegun={setJob} onClose={onClose} />
      )}
    </Modal>
  );
}
