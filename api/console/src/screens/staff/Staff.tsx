import { useTranslation } from "react-i18next";
import { Page } from "../../parts/Page";

export default function Staff({ username }: { username?: string | undefined }) {
  const { t } = useTranslation();
  return <Page title={t("staff.title")}>{username}</Page>;
}
