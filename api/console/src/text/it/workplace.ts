import type { Text } from "..";
import type en from "../en/workplace";

const it: Text<typeof en> = {
  title: "Workplace",
};
export default it;
