import { Anchor, Badge, type MantineColor } from "@mantine/core";
import { mdiCheckCircle, mdiNewBox, mdiProgressClock, mdiShieldAlert, mdiShieldCheck } from "@mdi/js";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Plugin } from "../../api/queries";
import { HostText } from "../../parts/HostText";
import { Icon } from "../../parts/Icon";
import { paths } from "../../paths";
import classes from "./Marks.module.css";
import { waits } from "./shelf";

const signatureColors: Record<Plugin["signature"], MantineColor> = {
  signed: "green",
  unsigned: "gray",
  "unknown key": "yellow",
  modified: "red",
  revoked: "red",
};

// Marks are what else one wants to see of a plugin at a glance. What is as usual has none.
export function Marks({ plugin: p }: { plugin: Plugin }) {
  const { t } = useTranslation();
  return (
    <div className={classes.marks}>
      {p.active && (
        <Mark color="green" icon={mdiCheckCircle} title={t("zone.mark.activeHint")}>
          {t("zone.mark.active")}
        </Mark>
      )}
      {p.trial && (
        <Mark color="blue" icon={mdiProgressClock} title={t("zone.mark.trialHint")}>
          {t("zone.mark.trial")}
        </Mark>
      )}
      {p.signature !== "unsigned" && (
        <Mark color={signatureColors[p.signature]} icon={p.signature === "signed" ? mdiShieldCheck : mdiShieldAlert}>
          {t(`common.signature.${p.signature}`)}
        </Mark>
      )}
      {waits(p) && p.candidate && (
        <Anchor component={Link} href={paths.consent(p.id)} className={classes.link} underline="never">
          <Mark color="violet" icon={mdiNewBox} title={t("zone.mark.updateHint")}>
            {t("zone.mark.update", { version: p.candidate.version })}
          </Mark>
        </Anchor>
      )}
    </div>
  );
}

function Mark({ color, icon, title, children }: { color: MantineColor; icon: string; title?: string; children: ReactNode }) {
  return (
    <Badge variant="transparent" color={color} className={classes.mark} leftSection={<Icon path={icon} size={15} />} title={title}>
      {children}
    </Badge>
  );
}

// Trouble is why a plugin does not do what it should, in one sentence; null where it does.
export function Trouble({ plugin: p }: { plugin: Plugin }) {
  const bad = p.state === "failed" || p.state === "backoff";
  const text = p.quarantine?.reason ?? (bad ? p.lastExit?.cause : undefined);
  if (!text) return null;
  return (
    <HostText size="xs" className={classes.trouble} lineClamp={2} title={text}>
      {text}
    </HostText>
  );
}
