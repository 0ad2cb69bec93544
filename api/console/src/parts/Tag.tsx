import { Badge, type MantineColor } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Tag.module.css";

// Tag is a word or two about the thing beside it, in a colour that can be read in both schemes.
export function Tag({ color = "gray", title, children }: { color?: MantineColor; title?: string; children: ReactNode }) {
  return (
    <Badge variant="light" color={color} className={classes.tag} data-color={color} title={title}>
      {children}
    </Badge>
  );
}
