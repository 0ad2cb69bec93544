import { Button, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { api, done, type Tagged } from "../../api/client";
import { useConfirm } from "../../parts/Confirm";
import { Failed, notifyDone } from "../../parts/Failed";
import { Panel } from "../../parts/Panel";
import { paths } from "../../paths";
import type { Profile } from "../staff/queries";

export function ProfileDanger({ profile }: { profile: Tagged<Profile> }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const confirm = useConfirm();
  const [, go] = useLocation();
  const { id, name, members } = profile.data;
  const remove = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/profiles/{id}", { params: { path: { id }, header: { "If-Match": profile.etag } } })),
    onSuccess: () => {
      go(paths.profiles());
      client.removeQueries({ queryKey: ["profiles", id] });
      client.invalidateQueries({ queryKey: ["profiles"] });
      notifyDone(t("profiles.deleted", { name }));
    },
    onError: () => client.invalidateQueries({ queryKey: ["profiles", id] }),
  });
  const ask = async () => {
    if (members > 0) return;
    const title = t("profiles.deleteAsk", { name });
    if (await confirm({ title, body: t("profiles.deleteDetail"), action: t("common.delete"), name })) remove.mutate();
  };
  return (
    <Panel title={t("common.delete")}>
      <Stack align="flex-start" gap="xs">
        {remove.error && <Failed error={remove.error} />}
        <Text size="sm" c="dimmed" id="profile-delete">
          {members > 0 ? t("profiles.inUse", { count: members }) : t("profiles.deleteDetail")}
        </Text>
        <Button
          color="red"
          variant="outline"
          loading={remove.isPending}
          data-disabled={members > 0 || undefined}
          aria-disabled={members > 0}
          aria-describedby="profile-delete"
          onClick={ask}
        >
          {t("profiles.deleteNow")}
        </Button>
      </Stack>
    </Panel>
  );
}
