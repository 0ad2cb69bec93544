import { Alert } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Tagged, tagged } from "../../api/client";
import { asFailure } from "../../api/failure";
import { useMe } from "../../api/queries";
import { notifyDone } from "../../parts/Failed";
import { Form } from "../../parts/Form";
import { Panel } from "../../parts/Panel";
import { useDraft } from "../../parts/useDraft";
import { type MemberView, memberQuery } from "./queries";
import { RoleFields } from "./RoleFields";
import { refusal } from "./refusal";

// MemberRights changes role, profile and plugins. What somebody else changed meanwhile is not overwritten.
export function MemberRights({ member }: { member: Tagged<MemberView> }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe();
  const draft = useDraft(member);
  const { username, kind } = member.data;
  const save = useMutation({
    mutationFn: () =>
      tagged(
        api.PATCH("/api/v1/staff/{username}", {
          params: { path: { username }, header: { "If-Match": draft.etag } },
          body: { ...draft.changes, ...(draft.value.role === "admin" && member.data.profile ? { profile: null } : {}) },
        }),
      ),
    onSuccess: (next) => {
      client.setQueryData(memberQuery(username).queryKey, next);
      draft.saved(next);
      client.invalidateQueries({ queryKey: ["staff"] });
      client.invalidateQueries({ queryKey: ["sidebar"] });
      client.invalidateQueries({ queryKey: ["profiles"] });
      if (username === me.user) client.invalidateQueries({ queryKey: ["me"] });
      notifyDone(t("common.saved"));
    },
    onError: (e) => asFailure(e).status === 412 && client.invalidateQueries({ queryKey: ["staff", username] }),
  });
  const leaving = username === me.user && member.data.role === "admin" && draft.value.role !== "admin";
  return (
    <Panel title={t("staff.rights")} lead={t("staff.rightsDetail")}>
      <Form act={save} action={t("common.save")} draft={draft} blocked={!draft.dirty} next={save.error && refusal(save.error, t)}>
        <RoleFields value={draft.value} onChange={draft.set} error={save.error} service={kind === "service"} />
        {leaving && (
          <Alert color="yellow" title={t("staff.yourself")}>
            {t("staff.yourselfDetail")}
          </Alert>
        )}
      </Form>
    </Panel>
  );
}
