import { Badge, type MantineColor } from "@mantine/core";
import type { ReactNode } from "react";
import { Icon } from "./Icon";
import classes from "./Tag.module.css";

// Tag is a word or two about the thing beside it, in a colour that can be read in both schemes.
export function Tag({
  color = "gray",
  icon,
  title,
  children,
}: {
  color?: MantineColor;
  icon?: string;
  title?: string;
  children: ReactNode;
}) {
  return (
    <Badge
      variant="light"
      color={color}
      className={classes.tag}
      data-color={color}
      title={title}
      leftSection={icon && <Icon path={icon} size={14} />}
    >
      {children}
    </Badge>
  );
}
