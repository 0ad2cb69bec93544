import type { Text } from "..";
import type en from "../en/versions";

const it: Text<typeof en> = {
  title: "Versions",
};
export default it;
