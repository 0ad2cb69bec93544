import { useTranslation } from "react-i18next";
import { Page } from "../../parts/Page";

export default function Keys() {
  const { t } = useTranslation();
  return <Page title={t("keys.title")}>{null}</Page>;
}
