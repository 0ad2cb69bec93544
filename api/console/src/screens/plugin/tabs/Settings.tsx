import type { TabProps } from "../PluginPage";

export default function Settings({ plugin }: TabProps) {
  return <p>{plugin.name}</p>;
}
