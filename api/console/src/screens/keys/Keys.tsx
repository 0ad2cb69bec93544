import { Button, Code, Group, Menu, Stack, Text } from "@mantine/core";
import { mdiDotsHorizontal, mdiKeyChainVariant, mdiPlus } from "@mdi/js";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { all, api, done, type Schema } from "../../api/client";
import { useConfirm } from "../../parts/Confirm";
import { Copy } from "../../parts/Copy";
import { notifyFailure } from "../../parts/Failed";
import { Icon } from "../../parts/Icon";
import { Listing } from "../../parts/Listing";
import { Loaded } from "../../parts/Loaded";
import { Nothing, Page } from "../../parts/Page";
import { Tag } from "../../parts/Tag";
import { When } from "../../parts/When";
import { KeyDialog } from "./KeyDialog";
import { RevokeDialog } from "./RevokeDialog";

export type TrustedKey = Schema["TrustedKey"];

// Keys are the publishers' keys that somebody decided about: trusted, or revoked.
export default function Keys() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["keys"],
    queryFn: () => all<TrustedKey>((cursor) => api.GET("/api/v1/trusted-keys", { params: { query: { cursor } } })),
  });
  const [edited, setEdited] = useState<TrustedKey | "new" | null>(null);
  const [revoked, setRevoked] = useState<TrustedKey | null>(null);
  const add = (
    <Button leftSection={<Icon path={mdiPlus} />} onClick={() => setEdited("new")}>
      {t("keys.trust")}
    </Button>
  );
  return (
    <Page title={t("keys.title")} lead={t("keys.lead")} actions={add}>
      <Loaded query={query}>
        {(keys) => (
          <Listing
            label={t("keys.title")}
            rows={keys}
            rowKey={(k) => k.id}
            empty={
              <Nothing icon={<Icon path={mdiKeyChainVariant} size={44} />} title={t("keys.none")}>
                {t("keys.noneDetail")}
              </Nothing>
            }
            columns={[
              { label: t("keys.publisher"), cell: (k) => <Name of={k} /> },
              { label: t("keys.id"), cell: (k) => <KeyId of={k} /> },
              { label: t("keys.standing"), cell: (k) => <Standing of={k} /> },
              {
                label: t("keys.since"),
                cell: (k) => (
                  <Text size="sm">
                    <When at={k.createdAt} /> {t("common.by", { who: k.createdBy })}
                  </Text>
                ),
              },
              {
                label: t("common.actions"),
                hidden: true,
                cell: (k) => <Actions of={k} onEdit={() => setEdited(k)} onRevoke={() => setRevoked(k)} />,
              },
            ]}
          />
        )}
      </Loaded>
      {edited && <KeyDialog known={edited === "new" ? null : edited} keys={query.data ?? []} onClose={() => setEdited(null)} />}
      {revoked && <RevokeDialog of={revoked} onClose={() => setRevoked(null)} />}
    </Page>
  );
}

function Name({ of }: { of: TrustedKey }) {
  const { t } = useTranslation();
  return (
    <Stack gap={0}>
      <Text fw={600} style={{ overflowWrap: "anywhere" }}>
        {of.name}
      </Text>
      {of.replaces && (
        <Text size="xs" c="dimmed">
          {t("keys.replaces", { id: of.replaces })}
        </Text>
      )}
    </Stack>
  );
}

function KeyId({ of }: { of: TrustedKey }) {
  const { t } = useTranslation();
  return (
    <Group gap={6} wrap="nowrap">
      <Code>{of.id}</Code>
      <Copy value={of.publicKey} label={t("keys.copy", { name: of.name })} />
    </Group>
  );
}

function Standing({ of }: { of: TrustedKey }) {
  const { t } = useTranslation();
  if (!of.revoked) {
    return <Tag color="green">{t("keys.trusted")}</Tag>;
  }
  return (
    <Stack gap={2}>
      <Tag color="red">{t("keys.revoked")}</Tag>
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        <When at={of.revokedAt} /> {of.revokedReason}
      </Text>
    </Stack>
  );
}

function Actions({ of, onEdit, onRevoke }: { of: TrustedKey; onEdit: () => void; onRevoke: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const confirm = useConfirm();
  const change = useMutation({
    mutationFn: async (what: "restore" | "remove") => {
      const params = { path: { id: of.id } };
      if (what === "remove") await done(api.DELETE("/api/v1/trusted-keys/{id}", { params }));
      else await done(api.PATCH("/api/v1/trusted-keys/{id}", { params, body: { revoked: false } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["keys"] }),
    onError: (e) => notifyFailure(e),
  });
  const remove = async () => {
    if (await confirm({ title: t("keys.removeTitle"), body: t("keys.removeDetail"), action: t("common.remove"), name: of.name }))
      change.mutate("remove");
  };
  const restore = async () => {
    if (await confirm({ title: t("keys.restoreTitle"), body: t("keys.restoreDetail"), action: t("keys.restore"), name: of.name }))
      change.mutate("restore");
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="default" loading={change.isPending} aria-label={t("keys.actionsOf", { name: of.name })}>
          <Icon path={mdiDotsHorizontal} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onEdit}>{t("common.edit")}</Menu.Item>
        {of.revoked ? (
          <Menu.Item onClick={restore}>{t("keys.restore")}</Menu.Item>
        ) : (
          <Menu.Item onClick={onRevoke}>{t("keys.revoke")}</Menu.Item>
        )}
        <Menu.Item color="red" onClick={remove}>
          {t("common.remove")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
