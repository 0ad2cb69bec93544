import type { Text } from "..";
import type en from "../en/gallery";

const it: Text<typeof en> = {
  title: "Gallery",
};
export default it;
