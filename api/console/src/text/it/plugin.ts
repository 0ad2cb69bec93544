import type { Text } from "..";
import type en from "../en/plugin";

const it: Text<typeof en> = {
  title: "Plugin",
};
export default it;
