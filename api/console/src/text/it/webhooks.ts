import type { Text } from "..";
import type en from "../en/webhooks";

const it: Text<typeof en> = {
  title: "Webhooks",
};
export default it;
