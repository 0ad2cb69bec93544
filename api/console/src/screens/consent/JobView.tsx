import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { ended, useJob } from "../../api/jobs";
import type { Job, Plugin } from "../../api/queries";
import { notifyFailure } from "../../parts/Failed";
import { Loaded } from "../../parts/Loaded";
import { Outcome } from "./Outcome";
import { Output } from "./Output";
import { Steps } from "./Steps";

export interface JobViewProps {
  id: string;
  plugin: Plugin;
  // version is the one that the job brings into use.
  version: string;
  onRetry: () => void;
  onClose: () => void;
}

// JobView follows an installation, or the way back, to its end.
export function JobView(props: JobViewProps) {
  return <Loaded query={useJob(props.id)}>{(job) => <Followed job={job} {...props} />}</Loaded>;
}

function Followed({ job, ...props }: JobViewProps & { job: Job }) {
  const { t } = useTranslation();
  const over = ended(job);
  const current = job.steps.find((s) => s.state === "running");
  // From the switch on it goes to its end.
  const canCancel = !over && !["switch", "start"].includes(current?.name ?? "");
  const cancel = useMutation({
    mutationFn: () => done(api.POST("/api/v1/jobs/{id}/cancel", { params: { path: { id: job.id } } })),
    onError: (e) => notifyFailure(e),
  });
  return (
    <Stack gap="md" data-job={job.state}>
      {over ? (
        <Outcome job={job} {...props} />
      ) : (
        <Status>{t(job.state === "queued" ? "consent.job.waiting" : "consent.job.running")}</Status>
      )}
      {!over && <Progress value={job.percent} aria-label={t("consent.job.progress")} animated={false} transitionDuration={200} />}
      <Steps job={job} />
      <Output lines={job.output} open={job.state === "failed"} />
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {t("consent.job.id", { id: job.id })}
      </Text>
      {!over && (
        <Group justify="flex-end">
          {canCancel && (
            <Button variant="default" onClick={() => cancel.mutate()} loading={cancel.isPending}>
              {t("consent.job.cancel")}
            </Button>
          )}
          <Button variant="default" onClick={props.onClose}>
            {t("common.close")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Status({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" role="status">
      {children}
    </Text>
  );
}
