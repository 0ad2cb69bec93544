// What the browser keeps of the console is a comfort: where it keeps nothing, as settings of the browser or a full disk have it, the console
// works without.

type Where = "localStorage" | "sessionStorage";

// kept is what keep has kept, null if there is nothing.
export function kept(where: Where, key: string): string | null {
  try {
    return window[where].getItem(key);
  } catch {
    return null;
  }
}

// keep tells whether the browser kept it.
export function keep(where: Where, key: string, value: string): boolean {
  try {
    window[where].setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
