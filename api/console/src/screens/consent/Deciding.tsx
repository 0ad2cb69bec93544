import { Stack, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done, type Tagged } from "../../api/client";
import { asFailure } from "../../api/failure";
import type { Job, Plugin } from "../../api/queries";
import { Failed } from "../../parts/Failed";
import { needsOf } from "../../parts/grants";
import { Capabilities } from "./Capabilities";
import { Details } from "./Details";
import { Difference } from "./Difference";
import { blockedBy, type Decision, plainValues, requestFor, undecided } from "./decision";
import { Findings } from "./Findings";
import { Footer } from "./Footer";
import { GrantChoice } from "./GrantChoice";
import { Identity } from "./Identity";
import { MovedNote } from "./MovedNote";
import { Needs } from "./Needs";
import { PermissionChange } from "./PermissionChange";
import { movedIn, type Plan, planQuery, settingsQuery } from "./plan";
import { RefusedSettings } from "./RefusedSettings";
import { RiskNote } from "./RiskNote";

interface Props {
  plugin: Plugin;
  // current is the plan as it is now, which may not be the one that was looked at.
  current: Tagged<Plan>;
  onBegun: (job: Job, version: string) => void;
  onClose: () => void;
}

// Deciding shows a plan and takes the decision about it. What is installed is what was seen: when something moves, what moved has to be
// looked at first.
export function Deciding({ plugin, current, onBegun, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const plan = current.data;
  const [seen, setSeen] = useState(current);
  const [said, setDecision] = useState(() => undecided(plan));
  const present = useQuery({ ...settingsQuery(plugin.id), enabled: plan.settings.refused.length > 0 });
  const decision = { ...said, settings: said.settings || JSON.stringify(plainValues(present.data?.values ?? {}), null, 2) };
  const change = (part: Partial<Decision>) => setDecision((d) => ({ ...d, ...part }));
  const moved = seen.etag === current.etag ? null : movedIn(seen.data, plan);

  const install = useMutation({
    mutationFn: (start: boolean | undefined) =>
      done(
        api.POST("/api/v1/plugins/{id}/install", {
          params: { path: { id: plugin.id }, header: { "If-Match": current.etag } },
          body: requestFor(plan, decision, start),
        }),
      ),
    onSuccess: (job) => onBegun(job, plan.version),
    onError: (e) => {
      if (asFailure(e).status === 412) client.invalidateQueries({ queryKey: planQuery(plugin.id, undefined).queryKey.slice(0, 3) });
    },
  });
  const refused = install.error && asFailure(install.error).status !== 412 ? asFailure(install.error) : null;

  return (
    <Stack gap="lg">
      <Identity plan={plan} plugin={plugin} />
      {moved && (
        <MovedNote
          moved={moved}
          onSeen={() => {
            setSeen(current);
            setDecision({ ...undecided(plan), settings: said.settings });
            install.reset();
          }}
        />
      )}
      <RiskNote plan={plan} />
      {plan.installed && (
        <Section title={t("consent.change.title")}>
          <PermissionChange plan={plan} />
          {plan.changes && <Difference changes={plan.changes} />}
        </Section>
      )}
      <Section title={t("consent.can.title")}>
        <Capabilities plan={plan} />
      </Section>
      {needsOf(plan.requested).length > 0 && (
        <Section title={t("consent.grant.title")}>
          <GrantChoice plan={plan} decision={decision} change={change} />
        </Section>
      )}
      <Section title={t("consent.findings.title")}>
        <Findings plan={plan} />
      </Section>
      <Section title={t("consent.details.title")}>
        <Details plan={plan} />
      </Section>
      {plan.settings.refused.length > 0 && (
        <RefusedSettings plan={plan} text={decision.settings} onChange={(settings) => change({ settings })} />
      )}
      <Needs plan={plan} decision={decision} change={change} />
      {refused && <Failed error={refused} next={refused.code === "consent_required" ? t("consent.consentRequired") : undefined} />}
      <Footer
        plugin={plugin}
        plan={plan}
        blocked={moved ? "moved" : blockedBy(plan, decision)}
        busy={install.isPending}
        onInstall={install.mutate}
        onClose={onClose}
      />
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={3} size="h5" mb="xs">
        {title}
      </Title>
      <Stack gap="sm">{children}</Stack>
    </section>
  );
}
