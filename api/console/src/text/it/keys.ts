import type { Text } from "..";
import type en from "../en/keys";

const it: Text<typeof en> = {
  title: "Keys",
};
export default it;
