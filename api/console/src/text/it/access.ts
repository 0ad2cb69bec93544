import type { Text } from "..";
import type en from "../en/access";

const it: Text<typeof en> = {
  title: "Access",
};
export default it;
