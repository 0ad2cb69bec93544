import { ActionIcon, Anchor, Group, Stack, Text } from "@mantine/core";
import { mdiKeyVariant, mdiPencilOutline, mdiTrashCanOutline } from "@mdi/js";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { api, done } from "../../api/client";
import { useConfirm } from "../../parts/Confirm";
import { notifyDone, notifyFailure } from "../../parts/Failed";
import { Icon } from "../../parts/Icon";
import { type Column, Listing } from "../../parts/Listing";
import { Nothing } from "../../parts/Page";
import { When } from "../../parts/When";
import { paths } from "../../paths";
import { EditToken } from "./EditToken";
import type { Token } from "./queries";
import { ScopeMarks } from "./ScopeMarks";

export function TokenTable({ tokens, owner = false }: { tokens: Token[]; owner?: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const confirm = useConfirm();
  const [editing, setEditing] = useState<Token | null>(null);
  const remove = useMutation({
    mutationFn: (token: Token) => done(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id: token.id } } })),
    onSuccess: (_, token) => notifyDone(t("tokens.deleted", { name: token.name })),
    onError: (e) => notifyFailure(e),
    onSettled: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const ask = async (token: Token) => {
    const title = t("tokens.deleteAsk", { name: token.name });
    if (await confirm({ title, body: t("tokens.deleteDetail"), action: t("common.delete"), name: token.name })) remove.mutate(token);
  };
  const columns: Column<Token>[] = [
    {
      label: t("common.name"),
      cell: (one) => (
        <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
          {one.name}
        </Text>
      ),
    },
    { label: t("tokens.scopes"), cell: (one) => <ScopeMarks scopes={one.scopes} /> },
    ...(owner
      ? [
          {
            label: t("tokens.owner"),
            cell: (one: Token) => (
              <Anchor component={Link} href={paths.staff(one.user)} size="sm">
                {one.user}
              </Anchor>
            ),
          },
        ]
      : []),
    { label: t("tokens.used"), cell: (one) => <Ago at={one.usedAt} none={t("tokens.neverUsed")} /> },
    { label: t("tokens.expires"), cell: (one) => <Ago at={one.expiresAt} none={t("common.never")} /> },
    {
      label: t("common.actions"),
      hidden: true,
      cell: (one) => (
        <Group gap={4} wrap="nowrap" justify="flex-end">
          <ActionIcon variant="subtle" color="gray" aria-label={t("tokens.editOne", { name: one.name })} onClick={() => setEditing(one)}>
            <Icon path={mdiPencilOutline} />
          </ActionIcon>
          <ActionIcon variant="subtle" color="red" aria-label={t("tokens.deleteOne", { name: one.name })} onClick={() => ask(one)}>
            <Icon path={mdiTrashCanOutline} />
          </ActionIcon>
        </Group>
      ),
    },
  ];
  return (
    <Stack>
      <Listing
        label={t("tokens.title")}
        rows={tokens}
        rowKey={(one) => one.id}
        columns={columns}
        empty={
          <Nothing icon={<Icon path={mdiKeyVariant} size={40} />} title={t("tokens.none")}>
            {t("tokens.noneDetail")}
          </Nothing>
        }
      />
      {editing && <EditToken token={tokens.find((one) => one.id === editing.id) ?? editing} onClose={() => setEditing(null)} />}
    </Stack>
  );
}

function Ago({ at, none }: { at: string | null; none: string }) {
  return (
    <Text size="sm" c="dimmed" component="span">
      {at ? <When at={at} /> : none}
    </Text>
  );
}
