import type { Text } from "..";
import type en from "../en/system";

const it: Text<typeof en> = {
  title: "System",
};
export default it;
