import type { Text } from "..";
import type en from "../en/danger";

const it: Text<typeof en> = {
  title: "Danger",
};
export default it;
