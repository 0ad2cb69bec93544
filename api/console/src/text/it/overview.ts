import type { Text } from "..";
import type en from "../en/overview";

const it: Text<typeof en> = {
  title: "Panoramica",
};
export default it;
