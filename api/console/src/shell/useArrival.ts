import { useEffect, useRef } from "react";

// How long a screen may take until its heading is there.
const patienceMs = 5000;

// useArrival puts the focus on the heading of a screen that was navigated to, so that those who do not see the window hear where they are,
// and the keyboard goes on from there. A focus that is within what is shown stays, as that of a tab that was chosen or of a dialog.
// The first screen of a page that was just loaded leaves the focus where browsers put it; entered tells that it was navigated to as well.
export function useArrival(location: string, entered: boolean) {
  const left = useRef(entered ? null : location);
  useEffect(() => {
    if (left.current === location) return;
    left.current = location;
    const main = document.getElementById("content");
    if (!main) return;
    const land = (heading: HTMLElement) => {
      stop();
      const has = document.activeElement;
      if (inDialog() || (has !== main && main.contains(has))) return;
      if (heading !== main) heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    };
    let again: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(again);
      if (inDialog()) {
        again = setTimeout(look, 100); // that of the search is about to close
        return;
      }
      const heading = [...main.querySelectorAll("h1")].find((h) => h.checkVisibility());
      if (heading) land(heading);
      else if (location.startsWith("/open/") && main.querySelector("iframe")) land(main); // the page within has the heading
    };
    const watch = new MutationObserver(look);
    const late = setTimeout(() => land(main), patienceMs);
    const stop = () => {
      watch.disconnect();
      clearTimeout(late);
      clearTimeout(again);
    };
    watch.observe(main, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
    look();
    return stop;
  }, [location]);
}

const inDialog = () => document.activeElement?.closest('[role="dialog"]') != null;
