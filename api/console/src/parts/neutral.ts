import Anser, { type AnserJsonEntry } from "anser";

// What plugins write is shown, never obeyed: colours become classes, and every other character that would steer, hide or reorder text
// becomes one that can be seen.

// Paint is how a piece of text looks, by the names in Ansi.module.css.
export type Paint = "fg-red" | "fg-green" | "fg-yellow" | "fg-blue" | "fg-magenta" | "fg-cyan" | "fg-grey" | BackPaint | Style;
type BackPaint = "bg-red" | "bg-green" | "bg-yellow" | "bg-blue" | "bg-magenta" | "bg-cyan" | "bg-grey";
type Style = "bold" | "dim" | "italic" | "underline" | "strike";
type Hue = "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "grey";

export interface Piece {
  text: string;
  paint: Paint[];
}

// steering are controls but the tab, what has no width or another direction, and line ends of Unicode. Lone halves of pairs too.
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const colours = /\u001b\[[\d;]*m/g;

const names = "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(
  " ",
);

function visible(c: string): string {
  const code = c.codePointAt(0) ?? 0;
  if (code === 9) return c;
  const name = code === 127 ? "DEL" : names[code];
  if (name) return `\u2039${name}\u203a`;
  return `\u2039U+${code.toString(16).toUpperCase().padStart(4, "0")}\u203a`;
}

// neutral is text with nothing in it that does something; line ends are kept if lines is given.
export function neutral(text: string, lines = false): string {
  return text.replace(steering, (c) => (lines && c === "\n" ? c : visible(c)));
}

// plain is neutral without the colours: what is searched, copied to a file and said.
export const plain = (text: string) => neutral(text.replace(colours, "").replace(/\r$/, ""));

// painted splits a line into pieces that look alike.
export function painted(line: string): Piece[] {
  const text = line.replace(/\r$/, "");
  if (!text.includes("\u001b")) return [{ text: neutral(text), paint: [] }];
  let clean = "";
  let at = 0;
  for (const m of text.matchAll(colours)) {
    clean += neutral(text.slice(at, m.index)) + m[0];
    at = m.index + m[0].length;
  }
  clean += neutral(text.slice(at));
  return Anser.ansiToJson(clean, { use_classes: true, json: true, remove_empty: true }).map((e) => ({
    text: e.content,
    paint: paintOf(e),
  }));
}

const styles: Partial<Record<string, Style>> = {
  bold: "bold",
  dim: "dim",
  italic: "italic",
  underline: "underline",
  strikethrough: "strike",
};

// paintOf leaves out what would make text unreadable: hidden and blinking, and a colour on a coloured ground.
function paintOf(e: AnserJsonEntry): Paint[] {
  const paint = e.decorations.flatMap((d) => styles[d] ?? []) as Paint[];
  const back = hueOf(e.bg, e.bg_truecolor);
  const front = hueOf(e.fg, e.fg_truecolor);
  if (e.decorations.includes("reverse")) return [...paint, `bg-${front ?? "grey"}`];
  if (back) return [...paint, `bg-${back}`];
  return front ? [...paint, `fg-${front}`] : paint;
}

// hueOf is the nearest of the few colours that can be read in both schemes.
function hueOf(name: string | null, rgb: string | null): Hue | undefined {
  if (!name) return undefined;
  const base = /^ansi-(?:bright-)?(black|red|green|yellow|blue|magenta|cyan|white)$/.exec(name)?.[1];
  if (base)
    return base === "white" || base === "black"
      ? name === "ansi-white" || name === "ansi-bright-white"
        ? undefined
        : "grey"
      : (base as Hue);
  const cell = /^ansi-palette-(\d+)$/.exec(name)?.[1];
  if (cell !== undefined) return nearest(cube(Number(cell)));
  return rgb ? nearest(rgb.split(",").map(Number)) : undefined;
}

const levels = [0, 95, 135, 175, 215, 255];
const cube = (n: number) => {
  if (n >= 232) return Array(3).fill(8 + 10 * (n - 232)) as number[];
  const i = n - 16;
  return [Math.floor(i / 36), Math.floor(i / 6) % 6, i % 6].map((k) => levels[k] ?? 0);
};

const wheel: Hue[] = ["red", "yellow", "green", "cyan", "blue", "magenta"];

function nearest([r = 0, g = 0, b = 0]: number[]): Hue | undefined {
  const high = Math.max(r, g, b);
  const span = high - Math.min(r, g, b);
  if (span < 40) return high > 170 ? undefined : "grey";
  const turn = high === r ? (g - b) / span : high === g ? (b - r) / span + 2 : (r - g) / span + 4;
  return wheel[(Math.round(turn) + 6) % 6];
}
