import { Checkbox, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ScopePicker } from "./ScopePicker";
import { everything, isScope, scopeKey } from "./scopes";

// NarrowScopes takes rights of a token away: of one with all any can be chosen, of another those that it has.
export function NarrowScopes({ had, value, onChange }: { had: string[]; value: string[]; onChange: (scopes: string[]) => void }) {
  const { t } = useTranslation();
  if (had.includes(everything)) return <ScopePicker value={value} onChange={onChange} />;
  return (
    <Stack gap="xs" role="group" aria-label={t("tokens.scopes")}>
      <Text size="sm" fw={500}>
        {t("tokens.scopes")}
      </Text>
      {had.map((s) => (
        <Checkbox
          key={s}
          label={s}
          description={isScope(s) ? t(`tokens.scope.${scopeKey(s)}`) : undefined}
          checked={value.includes(s)}
          onChange={(e) => onChange(e.currentTarget.checked ? [...value, s] : value.filter((other) => other !== s))}
        />
      ))}
    </Stack>
  );
}
