import { ActionIcon, Button, Fieldset, Group as Row, Stack, Text } from "@mantine/core";
import { mdiPlus, mdiTrashCanOutline } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../parts/Icon";
import { useForm } from "./form";
import { Part, type PartProps } from "./Part";
import { dotted, follow, type Json, kindOf, type Schema } from "./schema";
import { get } from "./values";

// ListPart is a list: each item with what it holds, and a button that adds one.
export function ListPart({ schema: s, path, required, label }: PartProps & { label: string }) {
  const { t } = useTranslation();
  const { root, plain, errors, set } = useForm();
  const value = get(plain, path);
  const items: Json[] = Array.isArray(value) ? value : value === undefined && Array.isArray(s.default) ? s.default : [];
  const item = follow(s.items ?? {}, root);
  const full = s.maxItems !== undefined && items.length >= s.maxItems;
  const change = (list: Json[]) => set(path, list.length || required ? list : undefined);
  const wrong = errors[dotted(path)];
  return (
    <Fieldset legend={label + (required ? " *" : "")} radius="md">
      <Stack gap="sm">
        {s.description && (
          <Text size="sm" c="dimmed">
            {s.description}
          </Text>
        )}
        {items.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("settings.emptyList")}
          </Text>
        )}
        {items.map((_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have no name but their place, and what they show comes from there
          <Row key={i} align="flex-end" wrap="nowrap" gap="xs">
            <div style={{ flex: 1, minWidth: 0 }}>
              <Part
                schema={item}
                path={[...path, i]}
                required={false}
                label={item.title ? `${item.title} ${i + 1}` : `${label} ${i + 1}`}
              />
            </div>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={t("settings.removeItem", { name: label, n: i + 1 })}
              onClick={() => change(items.filter((_, k) => k !== i))}
            >
              <Icon path={mdiTrashCanOutline} />
            </ActionIcon>
          </Row>
        ))}
        {wrong && (
          <Text size="xs" c="var(--mantine-color-error)" role="alert">
            {wrong}
          </Text>
        )}
        {!full && (
          <Row>
            <Button
              size="xs"
              variant="default"
              leftSection={<Icon path={mdiPlus} size={16} />}
              aria-label={t("settings.addItem", { name: label })}
              onClick={() => change([...items, blank(item, root)])}
            >
              {t("common.add")}
            </Button>
          </Row>
        )}
      </Stack>
    </Fieldset>
  );
}

// blank is a new item, as empty as its type allows.
function blank(s: Schema, root: Schema): Json {
  if (s.default !== undefined) return s.default;
  switch (kindOf(s, root)) {
    case "group":
      return {};
    case "list":
    case "choices":
      return [];
    case "switch":
      return false;
    case "number":
      return s.minimum ?? 0;
    case "choice":
      return s.enum?.[0] ?? s.oneOf?.[0]?.const ?? s.anyOf?.[0]?.const ?? "";
  }
  return "";
}
