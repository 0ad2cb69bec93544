import type { TabProps } from "../PluginPage";

export default function Danger({ plugin }: TabProps) {
  return <p>{plugin.name}</p>;
}
