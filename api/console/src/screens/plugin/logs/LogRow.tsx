import { memo } from "react";
import { useTranslation } from "react-i18next";
import ansi from "../../../parts/Ansi.module.css";
import { neutral, painted } from "../../../parts/neutral";
import classes from "./Logs.module.css";
import { type Line, markOf } from "./lines";

// Block is up to a hundred lines that are drawn together, and not at all while they are far from what is seen.
export const Block = memo(
  function Block({ lines, wanted }: { lines: Line[]; wanted: string }) {
    return (
      <div className={classes.block} style={{ containIntrinsicBlockSize: `auto ${lines.length * 20}px` }}>
        {lines.map((l) => (
          <Row key={`${l.seq} ${l.stream}`} line={l} wanted={wanted} />
        ))}
      </div>
    );
  },
  (a, b) => a.wanted === b.wanted && a.lines.length === b.lines.length && a.lines[0] === b.lines[0] && a.lines.at(-1) === b.lines.at(-1),
);

// clock is the time of day here, to the millisecond.
function clock(time: string): string {
  const d = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${String(d.getMilliseconds()).padStart(3, "0")}`;
}

function Row({ line, wanted }: { line: Line; wanted: string }) {
  const { t } = useTranslation();
  const mark = markOf(line);
  return (
    <div className={classes.row} data-stream={line.stream} data-mark={mark ?? undefined}>
      <span className={classes.number} aria-hidden="true">
        {line.seq}
      </span>
      <time className={classes.time} dateTime={line.time} title={line.time}>
        {clock(line.time)}
      </time>
      {mark ? (
        <span className={classes.mark}>
          <strong>{t(`logs.mark.${mark}`)}</strong> {neutral(line.text)}
        </span>
      ) : (
        <span className={classes.text}>
          {line.stream === "stderr" && <span className={classes.stderr}>{t("logs.stderrShort")}</span>}
          {painted(line.text).map((p, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line never change
            <span key={i} className={p.paint.map((name) => ansi[name]).join(" ") || undefined}>
              <Marked text={p.text} wanted={wanted} />
            </span>
          ))}
        </span>
      )}
    </div>
  );
}

// Marked shows where the wanted text is.
function Marked({ text, wanted }: { text: string; wanted: string }) {
  if (!wanted) return text;
  const low = text.toLowerCase();
  const out = [];
  let at = 0;
  if (low.length !== text.length) return text; // letters that change their length with their case
  for (let found = low.indexOf(wanted); found >= 0 && out.length < 200; found = low.indexOf(wanted, at)) {
    out.push(text.slice(at, found), <mark key={found}>{text.slice(found, found + wanted.length)}</mark>);
    at = found + wanted.length;
  }
  return [...out, text.slice(at)];
}
