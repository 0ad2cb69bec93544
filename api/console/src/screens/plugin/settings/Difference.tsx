import { Alert, Button, Code, Group, Modal, Stack, Text } from "@mantine/core";
import { mdiArrowRight } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { Failed } from "../../../parts/Failed";
import { Icon } from "../../../parts/Icon";
import { Tag } from "../../../parts/Tag";
import classes from "./Settings.module.css";
import type { Json } from "./schema";

export interface Row {
  key: string;
  label: string;
  before: Json | undefined;
  after: Json | undefined;
  // secret says what happens to a secret, of which no value is shown.
  secret?: "added" | "replaced" | "removed";
}

// Difference shows what is about to be saved, and saves it.
export function Difference({
  opened,
  rows,
  effect,
  busy,
  error,
  onSave,
  onClose,
}: {
  opened: boolean;
  rows: Row[];
  effect: string;
  busy: boolean;
  error: unknown;
  onSave: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("settings.review", { count: rows.length })}
      size="lg"
      centered
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack>
        <ul className={classes.differences} aria-label={t("settings.differences")}>
          {rows.map((row) => (
            <li key={row.key}>
              <Text fw={600} size="sm" style={{ overflowWrap: "anywhere" }}>
                {row.label}
              </Text>
              {row.secret ? (
                <div>
                  <Tag color={row.secret === "removed" ? "red" : "gray"}>{t(`settings.secret.${row.secret}`)}</Tag>
                </div>
              ) : (
                <Group gap="xs" wrap="nowrap" align="center">
                  <Side value={row.before} />
                  <Icon path={mdiArrowRight} size={16} />
                  <Side value={row.after} />
                </Group>
              )}
            </li>
          ))}
        </ul>
        {effect && <Alert color="blue">{effect}</Alert>}
        {error ? <Failed error={error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("settings.goOn")}
          </Button>
          <Button onClick={onSave} loading={busy} data-autofocus>
            {t("common.save")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Side({ value }: { value: Json | undefined }) {
  const { t } = useTranslation();
  if (value === undefined)
    return (
      <Text size="sm" c="dimmed" fs="italic">
        {t("settings.unset")}
      </Text>
    );
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return (
    <Code className={classes.side} title={text.length > 200 ? text : undefined}>
      {text === "" ? "“”" : text.length > 400 ? `${text.slice(0, 400)}…` : text}
    </Code>
  );
}
