import { Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import { mdiOpenInNew } from "@mdi/js";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import type { SidebarEntry } from "../../api/queries";
import { HostText } from "../../parts/HostText";
import { Icon, PluginAvatar } from "../../parts/Icon";
import { keep, kept } from "../../parts/kept";
import { useOpened } from "./opened";
import classes from "./Workplace.module.css";

const reloaded = "appzone.reloaded-for";

// Elsewhere is a view on another site. Where that site refuses to be shown in a frame, it says so and offers a window. The page's own policy
// lists the sites of the plugins that were installed when the console was loaded: for one that came since, the console is loaded again.
export function Elsewhere({ entry, launch, visible }: { entry: SidebarEntry; launch: Schema["Launch"]; visible: boolean }) {
  const { t } = useTranslation();
  const alone = useOpened().length === 1;
  const [unlisted, setUnlisted] = useState(false);
  const refused = launch.framing?.state === "refused";

  useEffect(() => {
    const hear = (e: SecurityPolicyViolationEvent) => {
      if (e.effectiveDirective === "frame-src" && launch.url.startsWith(e.blockedURI)) setUnlisted(true);
    };
    document.addEventListener("securitypolicyviolation", hear);
    return () => document.removeEventListener("securitypolicyviolation", hear);
  }, [launch.url]);

  useEffect(() => {
    if (!unlisted || !alone || !visible || kept("sessionStorage", reloaded) === launch.url) return;
    if (keep("sessionStorage", reloaded, launch.url)) location.reload(); // else it would not be known that it was done
  }, [unlisted, alone, visible, launch.url]);

  if (refused || unlisted) {
    return (
      <div className={classes.center}>
        <Stack align="center" maw={520} ta="center">
          <PluginAvatar id={entry.id} name={entry.icon} size={56} />
          <Title order={1} size="h3">
            {t(refused ? "workplace.refused" : "workplace.unlisted", { name: entry.name })}
          </Title>
          <Text c="dimmed">{refused ? t("workplace.refusedDetail") : t("workplace.unlistedDetail")}</Text>
          {refused && launch.framing?.reason && <HostText c="dimmed">{launch.framing.reason}</HostText>}
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {launch.url}
          </Text>
          <Group>
            <Button component="a" href={launch.url} target="_blank" rel="noopener noreferrer" leftSection={<Icon path={mdiOpenInNew} />}>
              {t("workplace.newWindow")}
            </Button>
            {unlisted && (
              <Button variant="default" onClick={() => location.reload()}>
                {t("failure.reload")}
              </Button>
            )}
          </Group>
        </Stack>
      </div>
    );
  }
  return (
    <>
      {launch.framing?.state === "unknown" && (
        <div className={classes.notice}>
          <span>{t("workplace.unsure")}</span>
          <Anchor size="sm" href={launch.url} target="_blank" rel="noopener noreferrer">
            {t("workplace.newWindow")}
          </Anchor>
        </div>
      )}
      <iframe
        title={entry.name}
        className={classes.frame}
        sandbox={launch.sandbox}
        allow={launch.allow}
        src={launch.url}
        referrerPolicy="no-referrer"
        data-plugin={entry.id}
      />
    </>
  );
}
