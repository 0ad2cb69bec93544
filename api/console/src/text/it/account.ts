import type { Text } from "..";
import type en from "../en/account";

const it: Text<typeof en> = {
  title: "Account",
};
export default it;
