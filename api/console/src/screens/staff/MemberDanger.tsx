import { Button, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { api, done, type Tagged } from "../../api/client";
import { useConfirm } from "../../parts/Confirm";
import { Failed, notifyDone } from "../../parts/Failed";
import { Panel } from "../../parts/Panel";
import { paths } from "../../paths";
import type { MemberView } from "./queries";
import { refusal } from "./refusal";

export function MemberDanger({ member }: { member: Tagged<MemberView> }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const confirm = useConfirm();
  const [, go] = useLocation();
  const { username } = member.data;
  const remove = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/staff/{username}", { params: { path: { username }, header: { "If-Match": member.etag } } })),
    onSuccess: () => {
      go(paths.staff());
      client.removeQueries({ queryKey: ["staff", username] });
      client.invalidateQueries({ queryKey: ["staff"] });
      client.invalidateQueries({ queryKey: ["profiles"] });
      client.invalidateQueries({ queryKey: ["tokens"] });
      notifyDone(t("staff.deleted", { name: username }));
    },
    onError: () => client.invalidateQueries({ queryKey: ["staff", username] }),
  });
  const ask = async () => {
    const title = t("staff.ask.delete", { name: username });
    if (await confirm({ title, body: t("staff.deleteDetail"), action: t("common.delete"), name: username })) remove.mutate();
  };
  return (
    <Panel title={t("staff.delete")} lead={t("staff.deleteDetail")}>
      <Stack align="flex-start">
        {remove.error && <Failed error={remove.error} next={refusal(remove.error, t)} />}
        <Button color="red" variant="outline" loading={remove.isPending} onClick={ask}>
          {t("staff.deleteNow", { name: username })}
        </Button>
      </Stack>
    </Panel>
  );
}
