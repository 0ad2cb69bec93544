import { Alert, Button, Group, List, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Tagged, tagged } from "../../api/client";
import { asFailure } from "../../api/failure";
import { Failed, notifyDone } from "../../parts/Failed";
import { Outdated } from "../../parts/Outdated";
import { Panel } from "../../parts/Panel";
import { useDraft } from "../../parts/useDraft";
import { type Profile, usePluginNames } from "../staff/queries";
import { ProfileFields } from "./ProfileFields";

// ProfileForm edits a profile, and says beforehand what that means for how many members.
export function ProfileForm({ profile }: { profile: Tagged<Profile> }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const draft = useDraft(profile);
  const { id, members } = profile.data;
  const save = useMutation({
    mutationFn: () =>
      tagged(api.PATCH("/api/v1/profiles/{id}", { params: { path: { id }, header: { "If-Match": draft.etag } }, body: draft.changes })),
    onSuccess: (next) => {
      client.setQueryData(["profiles", id], next);
      draft.saved(next);
      for (const key of ["profiles", "staff", "sidebar"]) client.invalidateQueries({ queryKey: [key] });
      notifyDone(t("common.saved"));
    },
    onError: (e) => asFailure(e).status === 412 && client.invalidateQueries({ queryKey: ["profiles", id] }),
  });
  const again = (act: () => void) => () => {
    act();
    save.reset();
  };
  return (
    <Panel title={t("profiles.what")} lead={t("profiles.whatDetail")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          {draft.outdated && <Outdated onRebase={again(draft.rebase)} onReset={again(draft.reset)} />}
          <ProfileFields value={draft.value} onChange={draft.set} error={save.error} members={members} />
          {draft.changes.plugins && members > 0 && <Meaning members={members} before={draft.base.plugins} after={draft.changes.plugins} />}
          {save.error && asFailure(save.error).status !== 412 && <Failed error={save.error} />}
          <Group justify="flex-end">
            {draft.dirty && (
              <Button variant="default" onClick={again(draft.reset)}>
                {t("draft.discard")}
              </Button>
            )}
            <Button type="submit" loading={save.isPending} disabled={!draft.dirty || draft.outdated}>
              {t("common.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

function Meaning({ members, before, after }: { members: number; before: string[]; after: string[] }) {
  const { t } = useTranslation();
  const name = usePluginNames();
  const names = (ids: string[]) => ids.map(name).join(", ");
  const added = after.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !after.includes(id));
  return (
    <Alert color="blue" title={t("profiles.meaning", { count: members })} role="status">
      <List size="sm" style={{ overflowWrap: "anywhere" }}>
        {added.length > 0 && <List.Item>{t("profiles.get", { plugins: names(added) })}</List.Item>}
        {removed.length > 0 && <List.Item>{t("profiles.lose", { plugins: names(removed) })}</List.Item>}
      </List>
    </Alert>
  );
}
