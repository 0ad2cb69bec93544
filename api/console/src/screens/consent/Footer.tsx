import { Button, Group, Text } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../api/queries";
import classes from "./Consent.module.css";
import type { Blocked } from "./decision";
import type { Plan } from "./plan";
import { useReject } from "./reject";

interface Props {
  plugin: Plugin;
  plan: Plan;
  blocked: Blocked | "moved" | null;
  busy: boolean;
  onInstall: (start: boolean | undefined) => void;
  onClose: () => void;
}

// Footer has what can be decided, and why it cannot be yet. It stays in sight.
export function Footer({ plugin, plan, blocked, busy, onInstall, onClose }: Props) {
  const { t } = useTranslation();
  const why = useId();
  const reject = useReject(plugin, plan, onClose);
  // What is blocked can be reached by keyboard and says why; it does nothing.
  const said = blocked ? ({ "aria-disabled": true, "aria-describedby": why, "data-disabled": true } as const) : {};
  const act = (start: boolean | undefined) => () => !blocked && onInstall(start);
  return (
    <div className={classes.footer}>
      {blocked && (
        <Text size="sm" fw={600} id={why} mb={8} role="status">
          {t(`consent.blocked.${blocked}`)}
        </Text>
      )}
      <div className={classes.decide}>
        <Group gap="xs" className={classes.pair}>
          {reject.can && (
            <Button variant="light" color="red" onClick={reject.act} loading={reject.busy}>
              {t("consent.reject")}
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            {t("consent.later")}
          </Button>
        </Group>
        <Group gap="xs" className={classes.pair}>
          {plan.type === "html" ? (
            <Button onClick={act(undefined)} loading={busy} {...said}>
              {t("consent.install")}
            </Button>
          ) : (
            <>
              <Button variant="default" onClick={act(false)} disabled={busy} {...said}>
                {t("consent.installStopped")}
              </Button>
              <Button onClick={act(true)} loading={busy} {...said}>
                {t("consent.installStart")}
              </Button>
            </>
          )}
        </Group>
      </div>
    </div>
  );
}
