// Before the first paint: the colour scheme that was chosen, else the system's.
{
  const chosen = localStorage.getItem("appzone.scheme");
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
}
