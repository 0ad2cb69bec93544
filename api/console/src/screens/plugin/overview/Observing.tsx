import { Alert, Button, Stack } from "@mantine/core";
import { mdiEyeOutline } from "@mdi/js";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { duration } from "../../../parts/format";
import { Icon } from "../../../parts/Icon";

// Observing says that the plugin may reach every public address for a while, and how long that is.
export function Observing({ until, busy, onEnd }: { until: string; busy: boolean; onEnd: () => void }) {
  const { t } = useTranslation();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.round((Date.parse(until) - now) / 1000));
  return (
    <Alert color="orange" icon={<Icon path={mdiEyeOutline} />} title={t("overview.observing")}>
      <Stack gap="xs" align="flex-start">
        <span>{t("overview.observingDetail")}</span>
        <span role="timer">{t("overview.observingLeft", { time: duration(left) })}</span>
        <Button size="xs" variant="default" onClick={onEnd} loading={busy}>
          {t("overview.observingEnd")}
        </Button>
      </Stack>
    </Alert>
  );
}
