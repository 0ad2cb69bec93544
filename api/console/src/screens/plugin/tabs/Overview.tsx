import type { TabProps } from "../PluginPage";

export default function Overview({ plugin }: TabProps) {
  return <p>{plugin.name}</p>;
}
