import type { TabProps } from "../PluginPage";

export default function Logs({ plugin }: TabProps) {
  return <p>{plugin.name}</p>;
}
