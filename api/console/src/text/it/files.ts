import type { Text } from "..";
import type en from "../en/files";

const it: Text<typeof en> = {
  title: "Files",
};
export default it;
