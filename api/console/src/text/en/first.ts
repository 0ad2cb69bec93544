// What the first screens say: logging in, the App Zone, which shows some of the gallery, and the workplace.
import common from "./common";
import failure from "./failure";
import gallery from "./gallery";
import login from "./login";
import shell from "./shell";
import workplace from "./workplace";
import zone from "./zone";

export default {
  common,
  failure,
  gallery,
  login,
  shell,
  workplace,
  zone,
};
