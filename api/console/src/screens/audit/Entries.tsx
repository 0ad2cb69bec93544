import { Anchor, Code, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { dateTime } from "../../parts/format";
import { Listing } from "../../parts/Listing";
import { Tag } from "../../parts/Tag";
import { When } from "../../parts/When";
import { paths } from "../../paths";
import type { Entry } from "./Audit";

const colors = { done: "gray", failed: "red", denied: "orange" } as const;

export function Entries({ entries }: { entries: Entry[] }) {
  const { t } = useTranslation();
  return (
    <Listing
      label={t("audit.title")}
      rows={entries}
      rowKey={(e) => String(e.seq)}
      columns={[
        { label: t("audit.time"), cell: (e) => <When at={e.time} /> },
        { label: t("audit.actor"), cell: (e) => <Text size="sm">{e.actor || t("audit.stranger")}</Text> },
        { label: t("audit.act"), cell: (e) => <Act of={e} /> },
        { label: t("audit.on"), cell: (e) => <On of={e} /> },
        {
          label: t("audit.outcome"),
          cell: (e) => (
            <Tag color={colors[e.outcome]}>
              {t(`audit.outcomes.${e.outcome}`)}
              {e.count && e.count > 1 ? ` ×${e.count}` : ""}
            </Tag>
          ),
        },
        { label: t("audit.details"), cell: (e) => <Details of={e} /> },
      ]}
    />
  );
}

function Act({ of }: { of: Entry }) {
  return (
    <Stack gap={2} align="flex-start">
      <Code>{of.kind}</Code>
      {of.code && (
        <Text size="xs" c="dimmed">
          {of.code}
        </Text>
      )}
    </Stack>
  );
}

function On({ of }: { of: Entry }) {
  if (!of.plugin && !of.subject) return null;
  return (
    <Stack gap={0}>
      {of.plugin && (
        <Anchor component={Link} href={paths.plugin(of.plugin)} size="sm">
          {of.plugin}
        </Anchor>
      )}
      {of.subject && (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {of.subject}
        </Text>
      )}
    </Stack>
  );
}

// Details are for whoever looks into one act: where it came from, what changed, and the place in the chain.
function Details({ of: e }: { of: Entry }) {
  const { t } = useTranslation();
  const rest = {
    address: e.address,
    token: e.token,
    requestId: e.requestId,
    data: e.data,
    before: e.before,
    after: e.after,
    seq: e.seq,
    hash: e.hash,
  };
  return (
    <details>
      <summary style={{ whiteSpace: "nowrap" }}>{t("audit.show", { seq: e.seq })}</summary>
      <Text size="xs" c="dimmed" my={4}>
        {dateTime(e.time)}
      </Text>
      <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", maxWidth: 420 }}>
        {JSON.stringify(rest, null, 2)}
      </Code>
    </details>
  );
}
