import { Now, Setup, Warnings } from "../overview/Facts";
import classes from "../overview/Overview.module.css";
import { Permissions } from "../overview/Permissions";
import { Reached } from "../overview/Reached";
import { Walls } from "../overview/Walls";
import type { TabProps } from "../PluginPage";

export default function Overview({ plugin }: TabProps) {
  return (
    <div className={classes.columns}>
      <div className={classes.column}>
        <Permissions plugin={plugin} />
        <Reached plugin={plugin} />
        <Walls plugin={plugin} />
      </div>
      <div className={classes.column}>
        <Now plugin={plugin} />
        <Setup plugin={plugin} />
        <Warnings plugin={plugin} />
      </div>
    </div>
  );
}
