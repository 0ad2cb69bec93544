import type { Text } from "..";
import type en from "../en/metrics";

const it: Text<typeof en> = {
  title: "Metrics",
};
export default it;
