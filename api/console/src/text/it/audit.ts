import type { Text } from "..";
import type en from "../en/audit";

const it: Text<typeof en> = {
  title: "Audit",
};
export default it;
