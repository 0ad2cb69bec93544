// Before the first paint: the colour scheme that was chosen, else the system's.
{
  let chosen = "";
  try {
    chosen = localStorage.getItem("appzone.scheme");
  } catch {
    // This browser keeps nothing.
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
}
