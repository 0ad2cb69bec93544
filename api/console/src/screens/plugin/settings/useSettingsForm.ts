import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema as Api, api, tagged } from "../../../api/client";
import { asFailure } from "../../../api/failure";
import { notifyDone } from "../../../parts/Failed";
import { check } from "./check";
import { type Draft, rebase, useDraft } from "./draft";
import type { Form } from "./form";
import { settingsQuery } from "./query";
import { rowsOf, schemaAt } from "./rows";
import { dotted, type JsonObject, type Path, type Schema, typeOf } from "./schema";
import { putTogether, secretKey, set, takeApart } from "./values";

// useSettingsForm is what the form of the settings knows and does: a draft of what is changed, what is wrong with it, and how it is saved.
export function useSettingsForm(id: string, settings: Api["Settings"], etag: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const root = settings.schema as Schema;
  const now = useMemo(() => takeApart(root, settings.values as JsonObject), [root, settings.values]);
  const { draft, setDraft } = useDraft(id);
  const [tried, setTried] = useState(false);
  const [review, setReview] = useState(false);
  // refused is what the host said about fields.
  const [refused, setRefused] = useState<Record<string, string>>({});
  const element = useRef<HTMLFormElement>(null);

  const current: Draft = draft ?? { base: now, etag, plain: now.plain, secrets: {} };
  const rows = rowsOf(root, current);
  const has = (key: string) => (key in current.secrets ? typeof current.secrets[key] === "string" : key in current.base.secrets);
  const wrong = Object.entries(check(root, current.plain, has));
  const found = Object.fromEntries(wrong.map(([path, w]) => [path, t(`settings.wrong.${w.key}`, { n: w.n })]));
  const errors = { ...refused, ...(tried ? found : {}) };

  const change = (path: Path, next: Draft) => {
    setRefused(({ [dotted(path)]: _, ...rest }) => rest);
    setDraft(rowsOf(root, next).length > 0 ? next : null);
  };
  const form: Form = {
    root,
    plain: current.plain,
    marks: current.base.secrets,
    secrets: current.secrets,
    errors,
    set: (path, value) => change(path, { ...current, plain: set(current.plain, path, value) }),
    setSecret: (path, value) => {
      const { [secretKey(path)]: _, ...rest } = current.secrets;
      change(path, { ...current, secrets: value === undefined ? rest : { ...rest, [secretKey(path)]: value } });
    },
  };

  const forget = () => {
    setDraft(null);
    setReview(false);
    setTried(false);
    setRefused({});
    save.reset();
  };
  const save = useMutation({
    mutationFn: () =>
      tagged(
        api.PUT("/api/v1/plugins/{id}/settings", {
          params: { path: { id }, header: { "If-Match": current.etag } },
          body: putTogether(current.plain, current.secrets, (path) => typeOf(schemaAt(root, path))),
        }),
      ),
    onSuccess: (answer) => {
      client.setQueryData(settingsQuery(id).queryKey, answer);
      forget();
      notifyDone(t("settings.saved"));
      client.invalidateQueries({ queryKey: ["plugin", id] });
    },
    onError: (e) => {
      const failure = asFailure(e);
      if (failure.status === 412) client.invalidateQueries({ queryKey: ["plugin", id, "settings"] });
      else if (failure.fields.length === 0) return; // it is shown in the dialog
      setRefused(Object.fromEntries(failure.fields.map((f) => [f.field, f.message])));
      setReview(false);
    },
  });

  // The first part that is wrong gets the focus when that was found.
  const [asked, setAsked] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: at what was found, not at each change
  useEffect(() => {
    element.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid] input')?.focus();
  }, [asked, refused]);

  const submit = () => {
    if (rows.length === 0) return;
    setTried(true);
    if (element.current?.querySelector("[data-broken]") || wrong.length > 0) {
      setAsked(asked + 1);
      return;
    }
    save.reset();
    setReview(true);
  };
  const keep = () => {
    const next = rebase(current, now, etag);
    setDraft(rowsOf(root, next).length > 0 ? next : null);
    save.reset();
  };
  return {
    form,
    element,
    rows,
    wrong: tried ? wrong.length : 0,
    // moved tells that somebody else saved these settings since they were changed here.
    moved: draft !== null && draft.etag !== etag,
    review,
    save,
    failure: save.error && asFailure(save.error),
    submit,
    keep,
    forget,
    close: () => setReview(false),
  };
}
