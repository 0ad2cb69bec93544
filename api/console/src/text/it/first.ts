import common from "./common";
import failure from "./failure";
import login from "./login";
import shell from "./shell";
import workplace from "./workplace";
import zone from "./zone";

export default {
  common,
  failure,
  login,
  shell,
  workplace,
  zone,
};
