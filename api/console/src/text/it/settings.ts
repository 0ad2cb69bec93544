import type { Text } from "..";
import type en from "../en/settings";

const it: Text<typeof en> = {
  title: "Settings",
};
export default it;
