import { useLocalStorage } from "@mantine/hooks";

// useZoneView is how the plugins are laid out; this browser remembers it.
export const useZoneView = () =>
  useLocalStorage<"cards" | "table">({ key: "appzone.zone.view", defaultValue: "cards", getInitialValueInEffect: false });
