// What the clock on an office's wall says, and what that means.
const week = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** look returns an office's local time at an instant, whether it is open, and for how many minutes it stays so. */
export function look(office, now) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', { timeZone: office.zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
      .formatToParts(now).map(({ type, value }) => [type, value]));
  const minute = Number(parts.hour) * 60 + Number(parts.minute);
  const open = office.days.includes(week.indexOf(parts.weekday)) && minute >= office.from && minute < office.to;
  return { time: `${parts.hour}:${parts.minute}`, day: parts.weekday, open, left: open ? office.to - minute : 0 };
}

/** duration writes minutes for people. */
export const duration = (minutes) => (minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`);

/** everyMinute calls draw now and at each full minute. */
export function everyMinute(draw) {
  const now = new Date();
  draw(now);
  setTimeout(() => everyMinute(draw), 60_000 - (now.getTime() % 60_000) + 20);
}

/** element makes an element with a class and text. Text is set as text, never as markup. */
export function element(name, className, text = '') {
  const e = document.createElement(name);
  if (className) e.className = className;
  e.textContent = text;
  return e;
}
