import { Text, type TextProps } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./HostText.module.css";

// HostText is a sentence of the host's, such as a cause, in English whatever the language of the console: said to readers aloud. It begins
// small, as in a terminal.
export function HostText({ children, className, ...rest }: TextProps & { children: ReactNode; title?: string }) {
  return (
    <Text size="sm" lang="en" className={className ? `${classes.text} ${className}` : classes.text} {...rest}>
      {children}
    </Text>
  );
}
