import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../api/queries";

export default function Consent({ plugin, onClose }: { plugin: Plugin; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={t("consent.title")} closeButtonProps={{ "aria-label": t("common.close") }}>
      {plugin.name}
    </Modal>
  );
}
