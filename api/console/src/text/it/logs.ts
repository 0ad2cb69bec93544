import type { Text } from "..";
import type en from "../en/logs";

const it: Text<typeof en> = {
  title: "Logs",
};
export default it;
