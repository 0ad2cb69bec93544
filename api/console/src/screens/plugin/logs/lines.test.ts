import { expect, test } from "vitest";
import { append, blocks, empty, file, fresh, kept, type Line, markOf, matching } from "./lines";

const line = (seq: number, text = `line ${seq}`, stream: Line["stream"] = "stdout"): Line => ({
  seq,
  text,
  stream,
  time: "2026-01-02T03:04:05Z",
});
const many = (from: number, n: number) => Array.from({ length: n }, (_, i) => line(from + i));

test("the oldest lines make room, and all are counted", () => {
  const log = append(append(empty, many(1, kept)), many(kept + 1, 5));
  expect(log.lines.length).toBe(kept);
  expect(log.lines[0]?.seq).toBe(6);
  expect(log.total).toBe(kept + 5);
  expect(append(log, many(1, kept + 1)).lines.length).toBe(kept);
});

test("what came meanwhile is counted as the filter shows it", () => {
  const then = append(empty, many(1, 3));
  const now = append(then, [line(4, "ERROR"), line(5)]);
  expect(fresh(then, now, null)).toBe(2);
  expect(fresh(then, now, matching({ text: "error", streams: ["stdout"], since: 0 }, 0))).toBe(1);
  expect(fresh(now, now, null)).toBe(0);
});

test("a filter looks at the text without its colours, the stream and the time", () => {
  const all = { text: "", streams: ["stdout", "stderr", "host"] as Line["stream"][], since: 0 };
  expect(matching(all, 0)).toBeNull();
  expect(matching({ ...all, text: "red text" }, 0)?.(line(1, "\u001b[31mRed\u001b[0m text"))).toBe(true);
  expect(matching({ ...all, streams: ["stderr"] }, 0)?.(line(1))).toBe(false);
  expect(matching({ ...all, since: 60 }, Date.parse("2026-01-02T03:05:00Z"))?.(line(1))).toBe(true);
  expect(matching({ ...all, since: 60 }, Date.parse("2026-01-02T03:06:00Z"))?.(line(1))).toBe(false);
});

test("blocks keep their keys while lines come and go", () => {
  expect(blocks(many(98, 4)).map((b) => [b.key, b.lines.length])).toEqual([
    [0, 2],
    [1, 2],
  ]);
});

test("marks are lines of the host alone", () => {
  expect(markOf(line(1, "starting version 1.0.0", "host"))).toBe("start");
  expect(markOf(line(1, "ended: exit code 1", "host"))).toBe("end");
  expect(markOf(line(1, "restart in 1s", "host"))).toBe("restart");
  expect(markOf(line(1, "settings changed", "host"))).toBe("note");
  expect(markOf(line(1, "starting version 1.0.0"))).toBeNull();
});

// B10
test("a file of the log holds nothing that a terminal obeys", () => {
  expect(file([line(1, "\u001b[31mred\u001b[0m\u001b]0;x\u0007")])).toBe("2026-01-02T03:04:05Z stdout red‹ESC›]0;x‹BEL›\n");
});
