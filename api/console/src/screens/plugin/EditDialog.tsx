import { Checkbox, Modal } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Tagged, tagged } from "../../api/client";
import { asFailure } from "../../api/failure";
import { type Plugin, pluginQuery } from "../../api/queries";
import { notifyDone } from "../../parts/Failed";
import { Form } from "../../parts/Form";
import { Loaded } from "../../parts/Loaded";
import { usePluginActions } from "../../parts/usePluginActions";
import { EditFields } from "./edit/EditFields";
import { type Edits, patchOf } from "./edit/fields";

// EditDialog changes what an administrator may say about a plugin in the place of its manifest.
export default function EditDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["plugin", id, "edit"],
    queryFn: () => tagged(api.GET("/api/v1/plugins/{id}", { params: { path: { id } } })),
    gcTime: 0,
  });
  return (
    <Modal opened onClose={onClose} title={t("plugin.edit.title")} size="lg" closeButtonProps={{ "aria-label": t("common.close") }}>
      <Loaded query={query}>{({ data, etag }) => <EditForm plugin={data} etag={etag} onClose={onClose} />}</Loaded>
    </Modal>
  );
}

function EditForm({ plugin: p, etag, onClose }: { plugin: Plugin; etag: string; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { run } = usePluginActions(p);
  const [edits, setEdits] = useState<Edits>({});
  // seen is the ETag of what is being changed: the live one may belong to what nobody here has looked at.
  const [seen, setSeen] = useState(etag);
  const [restart, setRestart] = useState(true);
  const patch = patchOf(p, edits);
  const changed = Object.keys(patch).length;
  if (changed === 0 && seen !== etag) setSeen(etag);
  const atNextStart = p.state === "running" && patch.desired !== "stopped" && (patch.limits !== undefined || patch.restart !== undefined);
  const save = useMutation({
    mutationFn: (): Promise<Tagged<Plugin>> =>
      tagged(api.PATCH("/api/v1/plugins/{id}", { params: { path: { id: p.id }, header: { "If-Match": seen } }, body: patch })),
    onSuccess: ({ data }) => {
      client.setQueryData(pluginQuery(p.id).queryKey, data);
      client.invalidateQueries({ queryKey: ["plugins"] });
      client.invalidateQueries({ queryKey: ["plugin", p.id] });
      notifyDone(t("plugin.edit.saved", { name: p.name }));
      onClose();
      if (atNextStart && restart) run("restart");
    },
    onError: (e) => asFailure(e).status === 412 && client.invalidateQueries({ queryKey: ["plugin", p.id, "edit"] }),
  });
  const errors = Object.fromEntries(
    (save.error ? asFailure(save.error).fields : []).map((f) => [f.field.replace(/^parameters\./, ""), f.message]),
  );
  return (
    <Form
      act={save}
      action={t("common.save")}
      onCancel={onClose}
      draft={{ dirty: changed > 0, outdated: changed > 0 && seen !== etag, rebase: () => setSeen(etag), reset: () => setEdits({}) }}
      blocked={changed === 0}
      note={changed > 0 ? t("plugin.edit.changes", { count: changed }) : ""}
    >
      <EditFields
        plugin={p}
        edits={edits}
        errors={errors}
        onChange={(change) => {
          setEdits({ ...edits, ...change });
          save.reset();
        }}
      />
      {atNextStart && (
        <Checkbox
          label={t("plugin.edit.restart")}
          description={t("plugin.edit.restartHint")}
          checked={restart}
          onChange={(e) => setRestart(e.currentTarget.checked)}
        />
      )}
    </Form>
  );
}
