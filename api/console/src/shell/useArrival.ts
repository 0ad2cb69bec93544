import { useEffect, useRef } from "react";

// How long a screen may take until its heading is there.
const patienceMs = 5000;

// useArrival puts the focus on the heading of a screen that was navigated to, so that those who do not see the window hear where they are,
// and the keyboard goes on from there. A focus that is within what is shown stays, as that of a tab that was chosen or of a dialog.
export function useArrival(location: string) {
  const left = useRef(location);
  useEffect(() => {
    if (left.current === location) return;
    left.current = location;
    const main = document.getElementById("content");
    if (!main) return;
    const land = (heading: HTMLElement) => {
      stop();
      const has = document.activeElement;
      if (has && has !== document.body && (main.contains(has) || has.closest('[role="dialog"]'))) return;
      if (heading !== main) heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    };
    const look = () => {
      const heading = [...main.querySelectorAll("h1")].find((h) => h.checkVisibility());
      if (heading) land(heading);
      else if (location.startsWith("/open/") && main.querySelector("iframe")) land(main); // the page within has the heading
    };
    const watch = new MutationObserver(look);
    const late = setTimeout(() => land(main), patienceMs);
    const stop = () => {
      watch.disconnect();
      clearTimeout(late);
    };
    watch.observe(main, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
    look();
    return stop;
  }, [location]);
}
