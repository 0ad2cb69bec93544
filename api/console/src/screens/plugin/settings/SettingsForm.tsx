import { Alert, Button, Group as Row, SegmentedControl, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema as Api, api, tagged } from "../../../api/client";
import { asFailure } from "../../../api/failure";
import type { Plugin } from "../../../api/queries";
import { Failed, notifyDone } from "../../../parts/Failed";
import { When } from "../../../parts/When";
import { check, type Wrong } from "./check";
import { Difference } from "./Difference";
import { type Draft, rebase, useDraft } from "./draft";
import { type Form, FormContext } from "./form";
import { JsonPart } from "./JsonPart";
import { Group } from "./Part";
import { settingsQuery } from "./query";
import { rowsOf, schemaAt, shownSecrets } from "./rows";
import { SaveBar } from "./SaveBar";
import { SecretPart } from "./SecretPart";
import { dotted, type JsonObject, type Path, type Schema, secretPaths, titleOf, typeOf } from "./schema";
import { putTogether, secretKey, set, takeApart } from "./values";

// SettingsForm is the form of a plugin's settings. What is changed is a draft until it is reviewed and saved.
export function SettingsForm({ plugin, settings, etag }: { plugin: Plugin; settings: Api["Settings"]; etag: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const root = settings.schema as Schema;
  const now = useMemo(() => takeApart(root, settings.values as JsonObject), [root, settings.values]);
  const { draft, setDraft } = useDraft(plugin.id);
  const [asJson, setAsJson] = useState(false);
  const [tried, setTried] = useState(false);
  const [review, setReview] = useState(false);
  const [refused, setRefused] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);

  const current: Draft = draft ?? { base: now, etag, plain: now.plain, secrets: {} };
  const rows = rowsOf(root, current);
  const moved = draft !== null && draft.etag !== etag;

  const has = (key: string) => (key in current.secrets ? typeof current.secrets[key] === "string" : key in current.base.secrets);
  const wrong = check(root, current.plain, has);
  const said = (w: Wrong) => t(`settings.wrong.${w.key}`, { n: w.n });
  const errors = tried ? Object.fromEntries(Object.entries(wrong).map(([path, w]) => [path, said(w)])) : {};

  const edit = (path: Path, next: Draft) => {
    setRefused(({ [dotted(path)]: _, ...rest }) => rest);
    setDraft(rowsOf(root, next).length > 0 ? next : null);
  };
  const value: Form = {
    root,
    plain: current.plain,
    marks: current.base.secrets,
    secrets: current.secrets,
    errors: { ...refused, ...errors },
    set: (path, v) => edit(path, { ...current, plain: set(current.plain, path, v) }),
    setSecret: (path, v) => {
      const { [secretKey(path)]: _, ...rest } = current.secrets;
      edit(path, { ...current, secrets: v === undefined ? rest : { ...rest, [secretKey(path)]: v } });
    },
  };

  const save = useMutation({
    mutationFn: () =>
      tagged(
        api.PUT("/api/v1/plugins/{id}/settings", {
          params: { path: { id: plugin.id }, header: { "If-Match": current.etag } },
          body: putTogether(current.plain, current.secrets, (path) => typeOf(schemaAt(root, path))),
        }),
      ),
    onSuccess: (answer) => {
      client.setQueryData(settingsQuery(plugin.id).queryKey, answer);
      done();
      notifyDone(t("settings.saved"));
      client.invalidateQueries({ queryKey: ["plugin", plugin.id] });
    },
    onError: (e) => {
      const failure = asFailure(e);
      if (failure.status === 412) client.invalidateQueries({ queryKey: ["plugin", plugin.id, "settings"] });
      if (failure.fields.length === 0 && failure.status !== 412) return; // shown in the dialog
      setRefused(Object.fromEntries(failure.fields.map((f) => [f.field, f.message])));
      setReview(false);
    },
  });
  const done = () => {
    setDraft(null);
    setReview(false);
    setTried(false);
    setRefused({});
    save.reset();
  };

  // What is wrong gets the focus.
  const marked = Object.keys(value.errors).join("\n");
  const asked = useRef(false);
  useEffect(() => {
    if (!marked || (!asked.current && Object.keys(refused).length === 0)) return;
    asked.current = false;
    const first = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    first?.focus();
  }, [marked, refused]);

  const submit = () => {
    setTried(true);
    if (form.current?.querySelector("[data-broken]")) return;
    if (Object.keys(wrong).length > 0) {
      asked.current = true;
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    save.reset();
    setReview(true);
  };

  const shown = new Set(shownSecrets(root).map(secretKey));
  const further = secretPaths(root).filter((path) => asJson || !shown.has(secretKey(path)));
  const failed = save.error && asFailure(save.error);
  const rest = asJson ? false : Object.keys(current.plain).some((n) => !root.properties || !(n in root.properties));
  return (
    <FormContext value={value}>
      <form
        ref={form}
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          if (rows.length > 0) submit();
        }}
      >
        <Stack maw={760}>
          <Row justify="space-between">
            <Text size="sm" c="dimmed">
              {settings.updatedAt ? (
                <>
                  {t("settings.changedBy", { who: settings.updatedBy ?? "" })} <When at={settings.updatedAt} />
                </>
              ) : (
                t("settings.never")
              )}
            </Text>
            <SegmentedControl
              size="xs"
              aria-label={t("settings.mode")}
              value={asJson ? "json" : "form"}
              onChange={(mode) => setAsJson(mode === "json")}
              data={[
                { value: "form", label: t("settings.form") },
                { value: "json", label: "JSON" },
              ]}
            />
          </Row>
          {moved && (
            <Alert color="yellow" title={t("settings.moved", { who: settings.updatedBy ?? "" })} role="alert">
              <Stack align="flex-start" gap="xs">
                {t("settings.movedDetail")}
                <Row gap="xs">
                  <Button
                    size="xs"
                    onClick={() => {
                      const next = rebase(current, now, etag);
                      setDraft(rowsOf(root, next).length > 0 ? next : null);
                      save.reset();
                    }}
                  >
                    {t("settings.carry")}
                  </Button>
                  <Button size="xs" variant="default" onClick={done}>
                    {t("settings.discard")}
                  </Button>
                </Row>
              </Stack>
            </Alert>
          )}
          {failed && !review && failed.status !== 412 && <Failed error={failed} title={t("settings.refused")} />}
          {tried && Object.keys(wrong).length > 0 && (
            <Alert color="red" role="alert">
              {t("settings.correct", { count: Object.keys(wrong).length })}
            </Alert>
          )}
          {root.description && <Text size="sm">{root.description}</Text>}
          {asJson || !root.properties ? (
            <JsonPart schema={{}} path={[]} required={false} label={t("settings.all")} />
          ) : (
            <Group schema={root} path={[]} />
          )}
          {rest && (
            <Text size="sm" c="dimmed">
              {t("settings.more")}
            </Text>
          )}
          {further.map((path) => (
            <SecretPart
              key={secretKey(path)}
              schema={schemaAt(root, path)}
              path={path}
              required={false}
              label={titleOf(schemaAt(root, path), dotted(path))}
            />
          ))}
          <SaveBar count={rows.length} onDiscard={done} blocked={moved} />
        </Stack>
      </form>
      <Difference
        opened={review}
        rows={rows}
        effect={effectOf(plugin)}
        busy={save.isPending}
        error={save.error}
        onSave={() => save.mutate()}
        onClose={() => setReview(false)}
      />
    </FormContext>
  );

  // effectOf tells when the plugin gets what is saved.
  function effectOf(p: Plugin): string {
    if (p.type !== "script" || !p.active) return "";
    const signal = (p.manifest.parameters as { settingsChange?: string }).settingsChange === "signal";
    if (p.state === "running" || p.state === "starting") return signal ? t("settings.effect.signal") : t("settings.effect.restart");
    return t("settings.effect.start");
  }
}
