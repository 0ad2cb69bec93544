import { Menu, Text } from "@mantine/core";
import { Icon } from "./Icon";
import classes from "./WhyItem.module.css";

interface Props {
  why?: string | null;
  icon: string;
  danger?: boolean;
  onClick: () => void;
  children: string;
}

// WhyItem is an entry of a menu that says below itself why it cannot be chosen; the keyboard still reaches it, so that this is heard.
export function WhyItem({ why, icon, danger, onClick, children }: Props) {
  return (
    <Menu.Item
      leftSection={<Icon path={icon} />}
      aria-disabled={why ? true : undefined}
      closeMenuOnClick={!why}
      className={classes.item}
      data-danger={(danger && !why) || undefined}
      onClick={why ? undefined : onClick}
    >
      <span className={classes.label}>{children}</span>
      {why && (
        <Text size="xs" c="dimmed" component="span" display="block">
          {why}
        </Text>
      )}
    </Menu.Item>
  );
}
