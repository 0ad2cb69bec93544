import type { Text } from "..";
import type en from "../en/tokens";

const it: Text<typeof en> = {
  title: "Tokens",
};
export default it;
