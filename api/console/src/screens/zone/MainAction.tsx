import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Plugin } from "../../api/queries";
import { actionIcons } from "../../parts/actionIcons";
import { Icon } from "../../parts/Icon";
import { usePluginActions } from "../../parts/usePluginActions";
import { paths } from "../../paths";
import classes from "./PluginMenu.module.css";

// MainAction is what one most likely wants to do with a plugin as it is: install it, start it, or open it.
export function MainAction({ plugin: p }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const { run, why, acting } = usePluginActions(p);
  const look = { size: "xs", className: classes.target } as const;
  if (p.stage === "uploaded" && acting !== "remove") {
    return (
      <Button {...look} component={Link} href={paths.consent(p.id)} leftSection={<Icon path={actionIcons.install} size={16} />}>
        {t("common.action.install")}
      </Button>
    );
  }
  if (acting === "start" || (!acting && !why("start"))) {
    return (
      <Button
        {...look}
        variant="default"
        loading={acting === "start"}
        leftSection={<Icon path={actionIcons.start} size={16} />}
        onClick={() => run("start")}
      >
        {t("common.action.start")}
      </Button>
    );
  }
  if (why("open")) return null;
  return (
    <Button {...look} variant="default" component={Link} href={paths.open(p.id)} leftSection={<Icon path={actionIcons.open} size={16} />}>
      {t("common.action.open")}
    </Button>
  );
}
