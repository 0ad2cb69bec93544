import type { TabProps } from "../PluginPage";

export default function Events({ plugin }: TabProps) {
  return <p>{plugin.name}</p>;
}
