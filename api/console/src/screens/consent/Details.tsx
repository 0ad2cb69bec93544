import { Anchor, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Copy } from "../../parts/Copy";
import { bytes } from "../../parts/format";
import classes from "./Consent.module.css";
import { externals, type Plan } from "./plan";

// Details are the facts that few people need to decide: content, limits, packages, pages elsewhere.
export function Details({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const views = externals(plan.views);
  const { author } = plan;
  return (
    <dl className={classes.facts}>
      <Fact name={t("consent.details.author")}>
        {[author.name, author.email].filter(Boolean).join(", ") || t("consent.details.unknownAuthor")}{" "}
        {/^https?:\/\//.test(author.website ?? "") && (
          <Anchor href={author.website} target="_blank" rel="noreferrer noopener" size="sm" underline="always">
            {author.website}
          </Anchor>
        )}
      </Fact>
      <Fact name={t("consent.details.content")}>
        {t("consent.details.files", { count: plan.fileCount })},{" "}
        {t("consent.details.size", { size: bytes(plan.fileBytes), zip: bytes(plan.zipBytes) })}
      </Fact>
      <Fact name={t("consent.details.digest")}>
        <Group gap={4} wrap="nowrap" align="flex-start">
          <Text size="xs" ff="monospace" className={classes.break}>
            {plan.digest}
          </Text>
          <Copy value={plan.digest} label={t("consent.details.copyDigest")} />
        </Group>
      </Fact>
      {plan.type === "script" && <Fact name={t("consent.details.limits")}>{<Limits limits={plan.limits} />}</Fact>}
      <Fact name={t("consent.details.sidebar")}>{t(`consent.details.sidebars.${plan.sidebar}`)}</Fact>
      {plan.dependencies.length > 0 && (
        <Fact name={t("consent.details.dependencies", { count: plan.dependencies.length })}>{plan.dependencies.join(", ")}</Fact>
      )}
      {views.length > 0 && (
        <Fact name={t("consent.details.views")}>
          {views.map((v) => (
            <div key={v}>{v}</div>
          ))}
          <Text size="sm" c="dimmed">
            {t("consent.details.viewsText")}
          </Text>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Limits({ limits: l }: { limits: Plan["limits"] }) {
  const { t } = useTranslation();
  const said = [
    l.memoryMB && t("consent.details.memory", { n: l.memoryMB }),
    l.cpuPercent && t("consent.details.cpu", { n: l.cpuPercent }),
    l.pids && t("consent.details.pids", { n: l.pids }),
    l.openFiles && t("consent.details.openFiles", { n: l.openFiles }),
    l.dataMB && t("consent.details.data", { n: l.dataMB }),
    l.logKBps && t("consent.details.log", { n: l.logKBps }),
  ];
  return <>{said.filter(Boolean).join(", ")}</>;
}
