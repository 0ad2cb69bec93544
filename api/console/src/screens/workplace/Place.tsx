import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { asFailure } from "../../api/failure";
import type { SidebarEntry } from "../../api/queries";
import { Loaded } from "../../parts/Loaded";
import { Elsewhere } from "./Elsewhere";
import { Frame } from "./Frame";
import { Gone, NotRunning } from "./NotRunning";
import { useLaunches } from "./relaunch";
import classes from "./Workplace.module.css";

// Place is one open tab: the plugin's page, or why there is none and what happens next. A page that has been loaded stays when its plugin
// stops, with a notice over it, since what somebody typed there is theirs; it goes when the plugin is theirs no more.
export default function Place({
  id,
  entry,
  known,
  visible,
}: {
  id: string;
  entry: SidebarEntry | undefined;
  known: boolean;
  visible: boolean;
}) {
  const { t } = useTranslation();
  const launches = useLaunches(id);
  const running = entry?.state === "running";
  const seen = useRef(false); // a tab that was never looked at is not loaded
  if (visible) seen.current = true;
  const launch = useQuery({
    queryKey: ["launch", id, launches],
    queryFn: () => done(api.POST("/api/v1/plugins/{id}/launch", { params: { path: { id } }, body: {} })),
    enabled: seen.current && entry !== undefined && running,
    staleTime: "static", // not even when everything is read again: another address would lose what the page holds
    gcTime: 0,
    refetchOnReconnect: false,
    retry: false,
  });

  if (known && !entry) return <Gone id={id} />;
  if (!entry) return null;
  if (!launch.data && !running) return <NotRunning entry={entry} />;
  if (launch.error && asFailure(launch.error).status === 404) return <Gone id={id} />;
  return (
    <>
      {!running && (
        <div className={classes.notice} role="status">
          {t("workplace.stale", { state: t(`common.state.${entry.state}`) })}
        </div>
      )}
      <Loaded query={launch} waiting={<span />}>
        {(data) =>
          data.external ? (
            <Elsewhere key={launches} entry={entry} launch={data} visible={visible} />
          ) : (
            <Frame key={launches} entry={entry} launch={data} visible={visible} />
          )
        }
      </Loaded>
    </>
  );
}
