import { useTranslation } from "react-i18next";
import { Page } from "../../parts/Page";

export default function Webhooks({ id }: { id?: string | undefined }) {
  const { t } = useTranslation();
  return <Page title={t("webhooks.title")}>{id}</Page>;
}
