import type { Text } from "..";
import type en from "../en/zone";

const it: Text<typeof en> = {
  title: "Zone",
};
export default it;
