import type { Text } from "..";
import type en from "../en/login";

const it: Text<typeof en> = {
  title: "Login",
};
export default it;
