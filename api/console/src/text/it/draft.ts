import type { Text } from "..";
import type en from "../en/draft";

const it: Text<typeof en> = {
  outdated: "Nel frattempo qualcun altro ha fatto una modifica",
  outdatedBy: "Nel frattempo {{who}} ha fatto una modifica",
  outdatedDetail: "Nulla di ciò che hai inserito va perso. Riprendi dal nuovo stato con le tue modifiche, oppure rinunciaci.",
  rebase: "Tieni le mie modifiche sul nuovo stato",
  discard: "Rinuncia alle modifiche",
};
export default it;
