import type { TabProps } from "../PluginPage";

export default function Metrics({ plugin }: TabProps) {
  return <p>{plugin.name}</p>;
}
