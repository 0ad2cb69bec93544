import i18next from "i18next";

// How numbers and times read in the language of the console.

export const number = (n: number, digits = 0) => new Intl.NumberFormat(i18next.language, { maximumFractionDigits: digits }).format(n);

const sizes = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

// bytes writes a size, of which the largest unit below it is 1024 of the one before.
export function bytes(n: number): string {
  let unit = 0;
  while (n >= 1000 && unit < sizes.length - 1) {
    n /= 1024;
    unit++;
  }
  if (!unit) return `${number(n)} B`;
  return new Intl.NumberFormat(i18next.language, {
    style: "unit",
    unit: sizes[unit],
    unitDisplay: "short",
    maximumFractionDigits: n < 10 ? 1 : 0,
  }).format(n);
}

// place is the language of the console as it is written where the browser is: English of the United States has other dates than British.
const place = () => navigator.languages.find((l) => l.split("-")[0] === i18next.language) ?? i18next.language;

export const dateTime = (t: string | Date) =>
  new Intl.DateTimeFormat(place(), { dateStyle: "medium", timeStyle: "medium" }).format(new Date(t));

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

// ago writes how far a time is from now, in the past or to come.
export function ago(t: string | Date, now = Date.now(), style: "long" | "narrow" = "long"): string {
  const seconds = (new Date(t).getTime() - now) / 1000;
  const words = new Intl.RelativeTimeFormat(i18next.language, { numeric: "auto", style });
  for (const [unit, size] of steps) if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  return words.format(Math.trunc(seconds / 5) * 5, "second");
}

const spans: [string, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

// duration writes a span of time with its two largest units.
export function duration(seconds: number): string {
  const parts: string[] = [];
  for (const [unit, size] of spans) {
    const n = Math.floor(seconds / size);
    seconds -= n * size;
    if (n || (unit === "second" && parts.length === 0))
      parts.push(new Intl.NumberFormat(i18next.language, { style: "unit", unit, unitDisplay: "narrow" }).format(n));
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}
