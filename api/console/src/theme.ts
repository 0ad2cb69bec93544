import { createTheme, type MantineColorsTuple } from "@mantine/core";

const zone: MantineColorsTuple = [
  "#eef3ff",
  "#dbe5fb",
  "#b3c8f4",
  "#88a9ee",
  "#648fe9",
  "#4d7de6",
  "#2f5fd0",
  "#2a55bd",
  "#234aa8",
  "#193d92",
];

// The red of Mantine is too pale for white text on it, and as text on white.
const red: MantineColorsTuple = [
  "#fff5f5",
  "#ffe3e3",
  "#ffc9c9",
  "#ffa8a8",
  "#ff8787",
  "#ff6b6b",
  "#d6302f",
  "#c92a2a",
  "#b82525",
  "#a61e1e",
];

// theme is the one look of the console. Contrast is that of WCAG 2.2 AA in both schemes; the e2e tests measure it.
export const theme = createTheme({
  primaryColor: "zone",
  primaryShade: { light: 6, dark: 6 },
  colors: { zone, red },
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "JetBrains Mono", "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: "650" },
  respectReducedMotion: true,
  components: {
    // What Mantine puts there for the focus is no item, which a menu may not have.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // Its labels would keep the colours of the other scheme for a while.
    SegmentedControl: { defaultProps: { transitionDuration: 0 } },
  },
});
