import type { Text } from "..";
import type en from "../en/profiles";

const it: Text<typeof en> = {
  title: "Profiles",
};
export default it;
