import { useEffect, useRef, useState } from "react";

// soonMs is how long after a refusal the frame shows its error.
const soonMs = 2000;

// useAway is where a plugin's page tried to take its frame, null if nowhere: the console's policy refuses that, and browsers show a blank
// error instead of the page. They tell of the refusal but not of the frame, which is the next one that loads another time.
export function useAway() {
  const [away, setAway] = useState<string | null>(null);
  const refused = useRef({ uri: "", at: Number.NEGATIVE_INFINITY });
  const loads = useRef(0);

  useEffect(() => {
    const hear = (e: SecurityPolicyViolationEvent) => {
      if (e.effectiveDirective === "frame-src") refused.current = { uri: e.blockedURI, at: performance.now() };
    };
    document.addEventListener("securitypolicyviolation", hear);
    return () => document.removeEventListener("securitypolicyviolation", hear);
  }, []);

  const onLoad = () => {
    loads.current++;
    const { uri, at } = refused.current;
    if (loads.current > 1 && performance.now() - at < soonMs) setAway(uri);
  };
  return { away, onLoad };
}
