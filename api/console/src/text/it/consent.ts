import type { Text } from "..";
import type en from "../en/consent";

const it: Text<typeof en> = {
  title: "Consent",
};
export default it;
