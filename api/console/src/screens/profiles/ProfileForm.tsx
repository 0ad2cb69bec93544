import { Alert, List } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Tagged, tagged } from "../../api/client";
import { asFailure } from "../../api/failure";
import { notifyDone } from "../../parts/Failed";
import { Form } from "../../parts/Form";
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
  return (
    <Panel title={t("profiles.what")} lead={t("profiles.whatDetail")}>
      <Form act={save} action={t("common.save")} draft={draft} blocked={!draft.dirty}>
        <ProfileFields value={draft.value} onChange={draft.set} error={save.error} members={members} />
        {draft.changes.plugins && members > 0 && <Meaning members={members} before={draft.base.plugins} after={draft.changes.plugins} />}
      </Form>
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
