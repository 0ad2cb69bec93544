import { Paper, Text } from "@mantine/core";
import {
  mdiAccessPointNetwork,
  mdiCogOutline,
  mdiDevices,
  mdiEarth,
  mdiFolderOutline,
  mdiPhoneOutline,
  mdiPuzzleOutline,
  mdiShieldCheckOutline,
} from "@mdi/js";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { bytes } from "../../parts/format";
import { type Group, groupOf, groups, keyOf, type Need, needsOf } from "../../parts/grants";
import { Icon } from "../../parts/Icon";
import { Tag } from "../../parts/Tag";
import { useWords } from "../../parts/useWords";
import classes from "./Consent.module.css";
import type { Plan } from "./plan";

const icons: Record<Group, string> = {
  network: mdiAccessPointNetwork,
  files: mdiFolderOutline,
  devices: mdiDevices,
  plugins: mdiPuzzleOutline,
  public: mdiEarth,
  desktop: mdiPhoneOutline,
  scripts: mdiCogOutline,
};

// Capabilities are what the plugin can do, in plain words and by group. What was not granted before is marked; what is no longer asked for
// stands at the end.
export function Capabilities({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const needs = needsOf(plan.requested);
  const added = new Set(plan.installed ? plan.added.map(keyOf) : []);
  const of = (group: Group) => needs.filter((n) => groupOf(n) === group);
  return (
    <Paper withBorder>
      {needs.length === 0 && (
        <section className={classes.group} data-group="nothing">
          <div className={classes.heading}>
            <Icon path={mdiShieldCheckOutline} />
            {t("consent.can.nothing")}
          </div>
          <Text size="sm">{t("consent.can.nothingText")}</Text>
        </section>
      )}
      {groups.map((group) => (
        <GroupOf key={group} name={group}>
          {group === "files" ? (
            <Files plan={plan} />
          ) : (
            of(group).map((n) => <Can key={keyOf(n)} need={n} plan={plan} isNew={added.has(keyOf(n))} />)
          )}
        </GroupOf>
      ))}
    </Paper>
  );
}

function GroupOf({ name, children }: { name: Group; children: ReactNode }) {
  const { t } = useTranslation();
  if (Array.isArray(children) && children.length === 0) return null;
  return (
    <section className={classes.group} aria-label={t(`permission.group.${name}`)} data-group={name}>
      <div className={classes.heading}>
        <Icon path={icons[name]} />
        {t(`permission.group.${name}`)}
      </div>
      <ul className={classes.list}>{children}</ul>
    </section>
  );
}

function Files({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const text =
    plan.type === "html" ? t("consent.can.noFiles") : t("consent.can.data", { size: bytes((plan.limits.dataMB ?? 0) * 1024 * 1024) });
  return <li className={classes.item}>{text}</li>;
}

function Can({ need, plan, isNew }: { need: Need; plan: Plan; isNew: boolean }) {
  const { t } = useTranslation();
  const words = useWords(plan.plugin);
  const unlimited = need.code === "network" && need.value === "*";
  return (
    <li className={classes.item}>
      {isNew && (
        <span className={classes.mark} aria-hidden="true">
          +
        </span>
      )}
      <span>{words(need)}</span>
      {unlimited && <Tag color="red">{t("common.severity.high")}</Tag>}
      {isNew && <Tag color="violet">{t("consent.can.isNew")}</Tag>}
      {unlimited && <span style={{ flexBasis: "100%", color: "var(--mantine-color-dimmed)" }}>{t("consent.can.anyHint")}</span>}
    </li>
  );
}
