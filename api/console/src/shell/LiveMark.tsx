import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useConnection } from "../api/live";
import classes from "./LiveMark.module.css";

// LiveMark tells whether what is shown is what there is.
export function LiveMark() {
  const { t } = useTranslation();
  const connection = useConnection();
  return (
    <Tooltip label={connection === "live" ? t("shell.liveDetail") : t("shell.lostDetail")} multiline maw={260}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its tooltip is for the keyboard as well */}
      <span className={classes.mark} data-connection={connection} role="status" tabIndex={0}>
        <span className={classes.text}>{t(`shell.${connection}`)}</span>
      </span>
    </Tooltip>
  );
}
