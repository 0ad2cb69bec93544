import { Button, Code, Input, PasswordInput, Group as Row, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Tag } from "../../../parts/Tag";
import { When } from "../../../parts/When";
import { useForm } from "./form";
import type { PartProps } from "./Part";
import { dotted } from "./schema";
import { secretKey } from "./values";

// SecretPart is a secret: it can be set, replaced and removed, and never be read.
export function SecretPart({ schema: s, path, required, label }: PartProps & { label: string }) {
  const { t } = useTranslation();
  const { marks, secrets, errors, setSecret } = useForm();
  const key = secretKey(path);
  const mark = marks[key];
  const edit = secrets[key];
  const [replacing, setReplacing] = useState(false);
  const error = errors[dotted(path)];
  const writing = edit !== null && (!mark || replacing || typeof edit === "string");
  const undo = () => {
    setReplacing(false);
    setSecret(path, undefined);
  };
  if (writing) {
    return (
      <Row align="flex-end" gap="xs">
        <PasswordInput
          style={{ flex: 1, minWidth: 200 }}
          maw={520}
          label={label}
          description={s.description}
          error={error}
          withAsterisk={required && !mark}
          placeholder={mark ? t("settings.secret.new") : t("settings.secret.notSet")}
          value={edit ?? ""}
          autoComplete="new-password"
          spellCheck={false}
          data-path={dotted(path)}
          autoFocus={replacing}
          onChange={(e) => setSecret(path, e.currentTarget.value || undefined)}
          visibilityToggleButtonProps={{ "aria-label": t("settings.secret.show", { name: label }), tabIndex: 0 }}
        />
        {mark && (
          <Button variant="default" onClick={undo}>
            {t("settings.secret.keep")}
          </Button>
        )}
      </Row>
    );
  }
  return (
    <Input.Wrapper label={label} description={s.description} error={error} labelElement="div" withAsterisk={required}>
      <Row gap="xs" mt={6} role="group" aria-label={label}>
        {edit === null ? (
          <>
            <Tag color="red">{t("settings.secret.removed")}</Tag>
            <Button size="xs" variant="default" onClick={undo}>
              {t("settings.secret.undo")}
            </Button>
          </>
        ) : (
          <>
            <Tag>{t("settings.secret.set")}</Tag>
            {mark && (
              <Text size="xs" c="dimmed">
                <Code>{mark.fingerprint}</Code> <When at={mark.updatedAt} />
              </Text>
            )}
            <Button size="xs" variant="default" onClick={() => setReplacing(true)}>
              {t("settings.secret.replace")}
            </Button>
            <Button size="xs" variant="subtle" color="red" onClick={() => setSecret(path, null)}>
              {t("common.remove")}
            </Button>
          </>
        )}
      </Row>
    </Input.Wrapper>
  );
}
