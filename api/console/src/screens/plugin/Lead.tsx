import { Anchor, Group, Stack, Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../api/queries";
import { StatePill, shownState } from "../../parts/StatePill";
import { Tag } from "../../parts/Tag";
import { mailLink, pageLink } from "./links";
import classes from "./Plugin.module.css";

const signatureColors = { signed: "green", unsigned: "gray", "unknown key": "yellow", modified: "red", revoked: "red" } as const;

// Lead is what a plugin is and how it is, under its name.
export function Lead({ plugin: p }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const type = p.type === "html" ? "html" : p.runtime || "node";
  return (
    <Stack gap={6}>
      <Group gap="xs" aria-live="polite">
        <StatePill state={shownState(p)} since={p.since} />
        {p.restarts > 0 && (
          <Text size="xs" span>
            {t("plugin.restarts", { count: p.restarts })}
          </Text>
        )}
        {p.trial && <Tag color="yellow">{t("plugin.trial")}</Tag>}
        <Tag title={p.version}>{p.version}</Tag>
        <Tag>{t(`common.type.${type}`)}</Tag>
        <Tooltip label={t(`plugin.signature.${p.signature}`, { who: p.publisher?.name ?? p.publisher?.keyId ?? "" })} multiline maw={320}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard has to reach the tooltip */}
          <span tabIndex={0} className={classes.signature}>
            <Tag color={signatureColors[p.signature]}>{t(`common.signature.${p.signature}`)}</Tag>
          </span>
        </Tooltip>
        <Author author={p.author} />
      </Group>
      <Text size="sm" c="var(--mantine-color-text)" style={{ overflowWrap: "anywhere" }} lineClamp={3} title={p.description} maw={900}>
        {p.description}
      </Text>
    </Stack>
  );
}

function Author({ author }: { author: Plugin["author"] }) {
  const { t } = useTranslation();
  const page = pageLink(author.website);
  const mail = mailLink(author.email);
  const name = author.name || author.website || author.email;
  if (!name) return null;
  return (
    <Text size="sm" component="div" style={{ overflowWrap: "anywhere" }}>
      {t("plugin.by")}{" "}
      {page ? (
        <Anchor href={page} target="_blank" rel="noopener noreferrer" size="sm" underline="always">
          {name}
        </Anchor>
      ) : (
        name
      )}
      {mail && (
        <>
          {" · "}
          <Anchor href={mail} size="sm" underline="always">
            {author.email}
          </Anchor>
        </>
      )}
    </Text>
  );
}
