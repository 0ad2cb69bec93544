import { Paper, Text } from "@mantine/core";
import { Trans, useTranslation } from "react-i18next";
import type { Plugin } from "../../../api/queries";
import { When } from "../../../parts/When";
import classes from "./Versions.module.css";

// Trial tells that the installed version has still to prove itself, and until when.
export function Trial({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  if (!plugin.trial || !plugin.former) return null;
  return (
    <Paper withBorder p="sm" className={classes.trial} role="status">
      <Text size="sm">
        {t("versions.trial", { version: plugin.version, former: plugin.former.version })}{" "}
        {plugin.trialUntil ? (
          <Trans t={t} i18nKey="versions.trialLeft" components={{ when: <When at={plugin.trialUntil} /> }} />
        ) : (
          t("versions.trialWaits")
        )}
      </Text>
    </Paper>
  );
}
