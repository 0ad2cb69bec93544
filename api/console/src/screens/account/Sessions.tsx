import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { leave } from "../../api/queries";
import { useConfirm } from "../../parts/Confirm";
import { notifyDone, notifyFailure } from "../../parts/Failed";
import { Listing } from "../../parts/Listing";
import { Loaded } from "../../parts/Loaded";
import { Panel } from "../../parts/Panel";
import { When } from "../../parts/When";
import { Mark } from "../staff/RoleBadge";
import { browserOf } from "./browser";

export function Sessions() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const confirm = useConfirm();
  const query = useQuery({ queryKey: ["sessions"], queryFn: async () => (await done(api.GET("/api/v1/me/sessions"))).items });
  const end = useMutation({
    mutationFn: (id: string) => done(api.DELETE("/api/v1/me/sessions/{id}", { params: { path: { id } } })),
    onSuccess: () => notifyDone(t("account.ended")),
    onError: (e) => notifyFailure(e),
    onSettled: () => client.invalidateQueries({ queryKey: ["sessions"] }),
  });
  const all = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/me/sessions")),
    onSuccess: () => leave(client),
    onError: (e) => notifyFailure(e),
  });
  const ask = async () => {
    if (await confirm({ title: t("account.everywhereAsk"), body: t("account.everywhereDetail"), action: t("account.everywhere") }))
      all.mutate();
  };
  return (
    <Panel
      title={t("account.sessions")}
      lead={t("account.sessionsDetail")}
      actions={
        <Button variant="light" color="red" loading={all.isPending} onClick={ask}>
          {t("account.everywhere")}
        </Button>
      }
    >
      <Loaded query={query}>
        {(sessions) => (
          <Listing
            label={t("account.sessions")}
            rows={sessions}
            rowKey={(s) => s.id}
            columns={[
              {
                label: t("account.browser"),
                cell: (s) => (
                  <Group gap="xs">
                    <Text size="sm" fw={600} title={s.userAgent} style={{ overflowWrap: "anywhere" }}>
                      {browserOf(s.userAgent) || t("account.unknownBrowser")}
                    </Text>
                    {s.current && <Mark>{t("account.thisOne")}</Mark>}
                  </Group>
                ),
              },
              { label: t("account.address"), cell: (s) => <Text size="sm">{s.address}</Text> },
              { label: t("account.used"), cell: (s) => <When at={s.usedAt} /> },
              { label: t("account.begun"), cell: (s) => <When at={s.createdAt} /> },
              {
                label: t("common.actions"),
                hidden: true,
                cell: (s) =>
                  s.current ? null : (
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={end.isPending && end.variables === s.id}
                      aria-label={t("account.endOne", { browser: browserOf(s.userAgent), address: s.address })}
                      onClick={() => end.mutate(s.id)}
                    >
                      {t("account.end")}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  );
}
