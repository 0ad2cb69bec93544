import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Block } from "./LogRow";
import classes from "./Logs.module.css";
import type { Look } from "./LogTools";
import { blocks, type Line } from "./lines";

// LogView draws lines. While it is stuck it stays at their end; who scrolls up is told to onUp, who comes back to the end to onEnd.
export function LogView(p: {
  label: string;
  lines: readonly Line[];
  wanted: string;
  look: Look;
  stuck: boolean;
  onUp: () => void;
  onEnd: () => void;
  onKey: (e: KeyboardEvent) => void;
  view: RefObject<HTMLDivElement | null>;
}) {
  const { t } = useTranslation();
  const groups = useMemo(() => blocks(p.lines), [p.lines]);
  const content = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  const height = useRef(0);
  const touched = useRef(0); // when somebody last moved it by hand
  const left = useRef(false); // the end was left, and who is told of it has not drawn that yet
  const { view, stuck } = p;

  useEffect(() => {
    left.current = false;
    const end = () =>
      view.current && stuck && !left.current && view.current.scrollTo({ top: view.current.scrollHeight, behavior: "instant" });
    const grown = new ResizeObserver(end);
    if (content.current) grown.observe(content.current);
    end();
    return () => grown.disconnect();
  }, [stuck, view]);

  const touch = () => {
    touched.current = performance.now();
  };
  const scrolled = () => {
    const e = view.current;
    if (!e) return;
    const up = e.scrollTop < top.current - 2;
    const atEnd = e.scrollTop + e.clientHeight >= e.scrollHeight - 24;
    const down = e.scrollTop > top.current;
    // What is drawn for the first time changes its height, which moves the rest by nobody's will.
    const meant = e.scrollHeight === height.current || performance.now() - touched.current < 1000;
    top.current = e.scrollTop;
    height.current = e.scrollHeight;
    if (up && !atEnd && meant) {
      left.current = true;
      p.onUp();
    }
    if (down && atEnd) {
      left.current = false;
      p.onEnd();
    }
  };

  return (
    // biome-ignore-start lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <div
      ref={view}
      className={classes.view}
      role="log"
      aria-live="off"
      aria-label={p.label}
      aria-description={t("logs.keys")}
      tabIndex={0}
      data-wrap={p.look.wrap || undefined}
      data-times={p.look.times || undefined}
      data-stuck={stuck || undefined}
      onScroll={scrolled}
      onWheel={touch}
      onTouchMove={touch}
      onPointerDown={touch}
      onPointerMove={(e) => e.buttons && touch()}
      onKeyDown={(e) => {
        touch();
        p.onKey(e);
      }}
    >
      <div ref={content}>
        {groups.map((g) => (
          <Block key={g.key} lines={g.lines} wanted={p.wanted} />
        ))}
      </div>
    </div>
    // biome-ignore-end lint/a11y/noNoninteractiveTabindex: above
  );
}
