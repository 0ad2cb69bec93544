import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../api/queries";
import { Copy } from "../../parts/Copy";
import { PluginAvatar } from "../../parts/Icon";
import { Tag } from "../../parts/Tag";
import classes from "./Consent.module.css";
import type { Plan } from "./plan";

// Identity is what is about to be installed: its icon, name, version, author, and who signed it.
export function Identity({ plan, plugin }: { plan: Plan; plugin: Plugin }) {
  const { t } = useTranslation();
  const changes = plan.installed && plan.installed.version !== plan.version;
  return (
    <Group gap="md" wrap="nowrap" align="flex-start">
      <PluginAvatar id={plan.plugin} name={plan.icon} size={56} />
      <Stack gap={4} style={{ minWidth: 0 }}>
        <Text fw={650} size="lg" className={classes.clamp} title={plan.name}>
          {plan.name}
        </Text>
        <Group gap={6}>
          <Text size="sm" className={classes.break}>
            {changes
              ? t("consent.fromTo", { from: plan.installed?.version, to: plan.version })
              : t("consent.version", { version: plan.version })}
          </Text>
          <Text size="sm" c="dimmed" className={classes.break}>
            {plan.author.name ? t("common.by", { who: plan.author.name }) : t("consent.details.unknownAuthor")}
          </Text>
        </Group>
        <Group gap={6}>
          <Tag>{t(`common.type.${plan.type === "html" ? "html" : plan.runtime || "node"}`)}</Tag>
          <Signed plan={plan} />
        </Group>
        {plan.description && (
          <Text size="sm" className={classes.break}>
            {plan.description}
          </Text>
        )}
        <PublisherLine plan={plan} plugin={plugin} />
      </Stack>
    </Group>
  );
}

const colors = { signed: "green", unsigned: "gray", "unknown key": "yellow", modified: "red", revoked: "red" } as const;

export function Signed({ plan }: { plan: Pick<Plan, "signature"> }) {
  const { t } = useTranslation();
  return <Tag color={colors[plan.signature]}>{t(`common.signature.${plan.signature}`)}</Tag>;
}

function PublisherLine({ plan, plugin }: { plan: Plan; plugin: Plugin }) {
  const { t } = useTranslation();
  const { publisher, signature } = plan;
  const said = {
    signed: t("consent.publisher.trusted", { name: publisher?.name }),
    unsigned: t("consent.publisher.unsigned"),
    "unknown key": t("consent.publisher.unknown"),
    modified: t("consent.publisher.modified"),
    revoked: t("consent.publisher.revoked"),
  }[signature];
  return (
    <div>
      <Text size="sm" c="dimmed" className={classes.break}>
        {said}
      </Text>
      {publisher && (
        <Group gap={6} mt={4}>
          <Text size="xs" ff="monospace" className={classes.break}>
            {t("consent.publisher.key", { id: publisher.keyId })}
          </Text>
          <Copy value={publisher.publicKey} label={t("consent.publisher.copyKey")} />
          <Familiar plan={plan} plugin={plugin} />
          {publisher.comment && (
            <Text size="xs" c="dimmed" className={classes.break}>
              {t("consent.publisher.comment", { comment: publisher.comment })}
            </Text>
          )}
        </Group>
      )}
    </div>
  );
}

// Familiar tells whether the plugin's installed version had the same key.
function Familiar({ plan, plugin }: { plan: Plan; plugin: Plugin }) {
  const { t } = useTranslation();
  const before = plugin.active ? plugin.publisher?.publicKey : undefined;
  if (before === plan.publisher?.publicKey) return <Tag color="green">{t("consent.publisher.pinned")}</Tag>;
  if (before || plan.needs.some((n) => n.word === "key")) return <Tag color="red">{t("consent.publisher.changed")}</Tag>;
  return plan.signature === "signed" ? null : <Tag color="yellow">{t("consent.publisher.first")}</Tag>;
}
