import type { TabProps } from "../PluginPage";

export default function Access({ plugin }: TabProps) {
  return <p>{plugin.name}</p>;
}
