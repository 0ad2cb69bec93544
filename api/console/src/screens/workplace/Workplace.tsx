import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { useLocation } from "wouter";
import { type SidebarEntry, sidebarQuery } from "../../api/queries";
import { Home } from "./Home";
import { idIn, open, useOpened } from "./opened";
import { TabStrip } from "./TabStrip";
import classes from "./Workplace.module.css";

const Place = lazy(() => import("./Place"));
const Gone = lazy(() => import("./NotRunning").then((m) => ({ default: m.Gone })));

// Workplace shows the pages of plugins, those that are open as tabs. It is there all the time and only hidden while another screen is shown,
// so that the pages keep their state.
export function Workplace({ shown }: { shown: boolean }) {
  const [location] = useLocation();
  const opened = useOpened();
  const sidebar = useQuery(sidebarQuery);
  const active = shown ? idIn(location) : null;

  useEffect(() => {
    if (active) open(active);
  }, [active]);

  if (!shown && opened.length === 0) return null;
  const entry = (id: string): SidebarEntry | undefined => sidebar.data?.find((p) => p.id === id);
  return (
    <div className={classes.workplace} hidden={!shown}>
      {opened.length > 0 && <TabStrip opened={opened} active={active} entry={entry} />}
      <div className={classes.places}>
        {opened.map((id) => (
          <div key={id} className={classes.place} hidden={id !== active}>
            <Suspense>
              <Place id={id} entry={entry(id)} known={sidebar.data !== undefined} visible={id === active} />
            </Suspense>
          </div>
        ))}
        {shown && active === null && !location.startsWith("/open/") && <Home query={sidebar} />}
        {shown && active === null && location.startsWith("/open/") && (
          <Suspense>
            <Gone />
          </Suspense>
        )}
      </div>
    </div>
  );
}
