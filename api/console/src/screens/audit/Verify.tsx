import { Alert, Button, Code, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { Failed } from "../../parts/Failed";
import { number } from "../../parts/format";
import { HostText } from "../../parts/HostText";

// Verify checks the chain: whether nothing in the trail was changed, left out or put in, and whether a head that was kept elsewhere is in it.
export function Verify() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [head, setHead] = useState("");
  const verify = useMutation({ mutationFn: () => done(api.GET("/api/v1/audit/verify", { params: { query: head ? { head } : {} } })) });
  const report = verify.data;
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t("audit.verify")}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={t("audit.verify")} closeButtonProps={{ "aria-label": t("common.close") }}>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            verify.mutate();
          }}
        >
          <Stack>
            <Text size="sm">{t("audit.verifyDetail")}</Text>
            <TextInput
              label={t("audit.head")}
              description={t("audit.headDetail")}
              value={head}
              onChange={(e) => setHead(e.currentTarget.value.trim())}
            />
            <Button type="submit" loading={verify.isPending} data-autofocus>
              {t("audit.verifyNow")}
            </Button>
            {verify.error && <Failed error={verify.error} />}
            <div aria-live="polite">
              {report && (
                <Alert color={report.ok ? "green" : "red"} title={t(report.ok ? "audit.whole" : "audit.broken")}>
                  <Stack gap={4}>
                    <Text size="sm">{t("audit.entries", { count: report.entries, entries: number(report.entries) })}</Text>
                    {report.reason && <HostText>{report.reason}</HostText>}
                    <Text size="sm">{t("audit.keep")}</Text>
                    <Code style={{ overflowWrap: "anywhere" }}>{`${report.head.seq}:${report.head.hash}`}</Code>
                  </Stack>
                </Alert>
              )}
            </div>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
