import { Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Form } from "../../../parts/Form";
import { writeFile } from "./content";

// FileEditor writes a file beside the code. What was typed stays where that fails.
export function FileEditor({ id, path, text, onDone }: { id: string; path: string; text: string; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [draft, setDraft] = useState(text);
  const write = useMutation({
    mutationFn: () => writeFile(id, path, draft),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["plugin", id] });
      onDone();
    },
  });
  return (
    <Form act={write} action={t("common.save")} onCancel={onDone}>
      <Textarea
        data-autofocus
        label={t("files.content")}
        description={t("files.editNote")}
        value={draft}
        onChange={(e) => setDraft(e.currentTarget.value)}
        autosize
        minRows={10}
        maxRows={24}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12.5 } }}
      />
    </Form>
  );
}
