import type { Text } from "..";
import type en from "../en/staff";

const it: Text<typeof en> = {
  title: "Staff",
};
export default it;
