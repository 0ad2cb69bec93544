import { Checkbox, Radio, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { keyOf, type Need } from "../../parts/grants";
import { useWords } from "../../parts/useWords";
import { choices, type Decision } from "./decision";
import type { Plan } from "./plan";

type Change = (part: Partial<Decision>) => void;

// GrantChoice is what of the request is granted: all of it unless somebody says else.
export function GrantChoice({ plan, decision, change }: { plan: Plan; decision: Decision; change: Change }) {
  const { t } = useTranslation();
  const ways = plan.requested.unrestrictedNetwork ? (["requested", "less", "observe"] as const) : (["requested", "less"] as const);
  return (
    <Stack gap="sm">
      <Radio.Group value={decision.grant} onChange={(v) => change({ grant: v as Decision["grant"] })} aria-label={t("consent.grant.title")}>
        <Stack gap="xs">
          {ways.map((way) => (
            <Radio key={way} value={way} label={t(`consent.grant.${way}`)} description={t(`consent.grant.${way}Text`)} />
          ))}
        </Stack>
      </Radio.Group>
      {decision.grant === "less" && <Choose plan={plan} chosen={decision.chosen} onChange={(chosen) => change({ chosen })} />}
    </Stack>
  );
}

function Choose({ plan, chosen, onChange }: { plan: Plan; chosen: string[]; onChange: (chosen: string[]) => void }) {
  const { t } = useTranslation();
  const words = useWords(plan.plugin);
  const { asked, suggested } = choices(plan);
  const every = chosen.includes("network *");
  const box = (n: Need, disabled = false) => (
    <Checkbox key={keyOf(n)} value={keyOf(n)} label={words(n)} disabled={disabled} styles={{ label: { overflowWrap: "anywhere" } }} />
  );
  return (
    <Checkbox.Group value={chosen} onChange={onChange} label={t("consent.grant.choose")} pl="md">
      <Stack gap="xs" mt="xs">
        {asked.map((n) => box(n))}
        {plan.requested.unrestrictedNetwork && (
          <Text size="sm" c="dimmed" mt="xs">
            {t(suggested.length ? "consent.grant.suggested" : "consent.grant.noSuggested")}
          </Text>
        )}
        {suggested.map((n) => box(n, every))}
        {chosen.length === 0 && (
          <Text size="sm" fw={600}>
            {t("consent.grant.none")}
          </Text>
        )}
      </Stack>
    </Checkbox.Group>
  );
}
