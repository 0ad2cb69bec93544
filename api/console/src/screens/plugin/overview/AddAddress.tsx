import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Need, targetOf } from "../../../parts/grants";

// AddAddress adds an address that the plugin does not ask for.
export function AddAddress({ taken, onAdd }: { taken: Need[]; onAdd: (value: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState("");
  const value = text.trim().toLowerCase();
  const add = () => {
    if (!targetOf(value)) return setWrong(t("overview.addressWrong"));
    if (taken.some((n) => n.code === "network" && n.value === value)) return setWrong(t("overview.addressTaken"));
    onAdd(value);
    setText("");
  };
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        add();
      }}
    >
      <Group align="flex-start" gap="xs">
        <TextInput
          label={t("overview.address")}
          description={t("overview.addressHint")}
          placeholder="api.example.com:443"
          value={text}
          error={wrong}
          onChange={(e) => {
            setText(e.currentTarget.value);
            setWrong("");
          }}
          style={{ flex: "1 1 220px" }}
          spellCheck={false}
          autoComplete="off"
          inputContainer={(input) => (
            <Group gap="xs" wrap="nowrap">
              <div style={{ flex: 1 }}>{input}</div>
              <Button type="submit" variant="default">
                {t("common.add")}
              </Button>
            </Group>
          )}
        />
      </Group>
    </form>
  );
}
