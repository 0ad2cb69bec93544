import { Checkbox, Paper, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Consent.module.css";
import { type Decision, wantsName } from "./decision";
import type { Plan } from "./plan";

// Needs is what has to be said in so many words, each by itself.
export function Needs({ plan, decision, change }: { plan: Plan; decision: Decision; change: (part: Partial<Decision>) => void }) {
  const { t } = useTranslation();
  const named = wantsName(plan, decision);
  if (plan.needs.length === 0 && !named) return null;
  return (
    <Paper withBorder p="md" className={classes.risk} style={{ "--risk": "var(--mantine-color-red-6)" }}>
      <Stack gap="sm">
        <Text fw={650} size="sm" component="h3">
          {t("consent.needs.title")}
        </Text>
        {plan.needs.map((n) => (
          <Checkbox
            key={n.word}
            checked={decision.words.includes(n.word)}
            onChange={(e) =>
              change({ words: e.currentTarget.checked ? [...decision.words, n.word] : decision.words.filter((w) => w !== n.word) })
            }
            label={t(`consent.needs.${n.word}`)}
            description={n.message}
            styles={{ description: { overflowWrap: "anywhere" } }}
          />
        ))}
        {named && (
          <TextInput
            label={t("consent.needs.name", { name: plan.name })}
            value={decision.typed}
            onChange={(e) => change({ typed: e.currentTarget.value })}
            autoComplete="off"
            styles={{ label: { overflowWrap: "anywhere" } }}
          />
        )}
      </Stack>
    </Paper>
  );
}
