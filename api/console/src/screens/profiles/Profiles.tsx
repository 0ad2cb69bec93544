import { useTranslation } from "react-i18next";
import { Page } from "../../parts/Page";

export default function Profiles({ id }: { id?: string | undefined }) {
  const { t } = useTranslation();
  return <Page title={t("profiles.title")}>{id}</Page>;
}
