import type { TabProps } from "../PluginPage";

export default function Versions({ plugin }: TabProps) {
  return <p>{plugin.name}</p>;
}
