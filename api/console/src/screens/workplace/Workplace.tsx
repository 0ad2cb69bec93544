import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { useLocation } from "wouter";
import { type SidebarEntry, sidebarQuery } from "../../api/queries";
import { Home } from "./Home";
import { open, useOpened } from "./opened";
import { TabStrip } from "./TabStrip";
import classes from "./Workplace.module.css";

const Place = lazy(() => import("./Place"));

// Workplace shows the pages of plugins, those that are open as tabs. It is there all the time and only hidden while another screen is shown,
// so that the pages keep their state.
export function Workplace({ shown }: { shown: boolean }) {
  const [location] = useLocation();
  const opened = useOpened();
  const sidebar = useQuery(sidebarQuery);
  const active = shown && location.startsWith("/open/") ? decodeURIComponent(location.slice("/open/".length)) : null;

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
        {shown && active === null && <Home query={sidebar} />}
      </div>
    </div>
  );
}
