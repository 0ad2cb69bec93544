import { useComputedColorScheme } from "@mantine/core";
import { useDidUpdate } from "@mantine/hooks";
import i18next from "i18next";
import { useEffect, useEffectEvent, useRef } from "react";
import { type Attached, attach, type Message } from "../../../../pages/sdk/shell.js";
import type { Schema } from "../../api/client";
import type { SidebarEntry } from "../../api/queries";
import { Away } from "./Away";
import { useAsked } from "./asked";
import { setBadge } from "./badges";
import { hush } from "./told";
import { useAway } from "./useAway";
import classes from "./Workplace.module.css";

// Frame is the page of a plugin, kept apart from the console: it has an origin of its own or none, and only what the host says of its sandbox.
// The frame gets its address once: another one would lose what the page holds.
export function Frame({ entry, launch, visible }: { entry: SidebarEntry; launch: Schema["Launch"]; visible: boolean }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const kit = useRef<Attached | null>(null);
  const scheme = useComputedColorScheme("light");
  const { onMessage, path } = useAsked(entry, visible);
  const { away, onLoad } = useAway();
  const hear = useEffectEvent((...message: Message) => onMessage(...message));
  const first = useEffectEvent(() => ({ theme: scheme, locale: i18next.language, visible, path }));

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const { path: asked, ...rest } = first();
    const attached = attach(element, {
      origin: launch.origin,
      ...rest,
      ...(asked ? { path: asked } : {}),
      onMessage: (...message) => hear(...message),
    });
    kit.current = attached;
    return () => {
      attached.close();
      kit.current = null;
      setBadge(entry.id, null);
      hush(entry.id);
    };
  }, [launch, entry.id]);

  useDidUpdate(() => kit.current?.set({ theme: scheme }), [scheme]);
  useDidUpdate(() => kit.current?.set({ visible }), [visible]);
  useDidUpdate(() => {
    if (path) kit.current?.set({ path });
  }, [path]);
  useEffect(() => {
    const tell = (locale: string) => kit.current?.set({ locale });
    i18next.on("languageChanged", tell);
    return () => i18next.off("languageChanged", tell);
  }, []);

  return (
    <>
      {away && <Away entry={entry} to={away} />}
      <iframe
        ref={frame}
        title={entry.name}
        className={classes.frame}
        style={away ? { display: "none" } : undefined}
        onLoad={onLoad}
        sandbox={launch.sandbox}
        allow={launch.allow}
        src={launch.url}
        data-plugin={entry.id}
      />
    </>
  );
}
