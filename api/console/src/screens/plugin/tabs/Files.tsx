import type { TabProps } from "../PluginPage";

export default function Files({ plugin }: TabProps) {
  return <p>{plugin.name}</p>;
}
