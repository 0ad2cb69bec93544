import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useForm } from "./form";
import type { PartProps } from "./Part";
import { dotted, isObject, type Json } from "./schema";
import { get, same } from "./values";

// JsonPart writes a part as JSON: what has no fields of its own, or everything.
export function JsonPart({ schema: s, path, required, label }: PartProps & { label: string }) {
  const { t } = useTranslation();
  const { plain, errors, set } = useForm();
  const value = get(plain, path);
  const [typed, setTyped] = useState<{ text: string; value: Json | undefined } | null>(null);
  // What is typed stands as long as it means the value, so that blanks stay; else somebody else changed the value.
  const text = typed && same(typed.value, value) ? typed.text : value === undefined ? "" : JSON.stringify(value, null, 2);
  const [broken, setBroken] = useState("");
  const change = (text: string) => {
    try {
      const next: Json | undefined = text.trim() === "" ? (path.length ? undefined : {}) : JSON.parse(text);
      if (path.length === 0 && !isObject(next)) throw new Error(t("settings.jsonObject"));
      setBroken("");
      setTyped({ text, value: next });
      set(path, next);
    } catch (e) {
      setBroken(e instanceof Error ? e.message : String(e));
      setTyped({ text, value });
    }
  };
  return (
    <Textarea
      label={label}
      description={[s.description, t("settings.asJson")].filter(Boolean).join(" ")}
      error={(typed && same(typed.value, value) && broken && t("settings.notJson", { error: broken })) || errors[dotted(path)]}
      withAsterisk={required && s.default === undefined}
      placeholder={s.default === undefined ? undefined : JSON.stringify(s.default)}
      autosize
      minRows={path.length ? 2 : 10}
      maxRows={24}
      value={text}
      spellCheck={false}
      data-path={dotted(path)}
      data-broken={broken ? true : undefined}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
      onChange={(e) => change(e.currentTarget.value)}
    />
  );
}
