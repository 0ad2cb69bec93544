import { useTranslation } from "react-i18next";
import { Page } from "../../parts/Page";

export default function Gallery({ name }: { name?: string | undefined }) {
  const { t } = useTranslation();
  return <Page title={t("gallery.title")}>{name}</Page>;
}
