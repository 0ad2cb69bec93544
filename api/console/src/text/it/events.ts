import type { Text } from "..";
import type en from "../en/events";

const it: Text<typeof en> = {
  title: "Events",
};
export default it;
