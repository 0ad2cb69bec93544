import { useSyncExternalStore } from "react";
import { ago, dateTime } from "./format";

// One clock for all times on the page.
const hearers = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(hear: () => void) {
  hearers.add(hear);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const h of hearers) h();
  }, 5000);
  return () => {
    hearers.delete(hear);
    if (hearers.size) return;
    clearInterval(timer);
    timer = undefined;
  };
}

// When is a time as people say it, which goes on by itself; the exact one is in its tooltip.
export function When({ at, short }: { at: string | null | undefined; short?: boolean }) {
  useSyncExternalStore(subscribe, () => now);
  if (!at) return null;
  return (
    <time dateTime={at} title={dateTime(at)}>
      {ago(at, undefined, short ? "narrow" : "long")}
    </time>
  );
}
