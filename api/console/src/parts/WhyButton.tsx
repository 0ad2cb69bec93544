import { Button, type ButtonProps, Tooltip, VisuallyHidden } from "@mantine/core";
import { type ComponentPropsWithoutRef, useId } from "react";

// WhyButton is a button that says why it cannot be pressed: to the mouse, to the keyboard, which still reaches it, and to screen readers.
export function WhyButton({ why, onClick, ...rest }: ButtonProps & ComponentPropsWithoutRef<"button"> & { why: string | null }) {
  const id = useId();
  if (!why) return <Button {...rest} onClick={onClick} />;
  return (
    <>
      <Tooltip label={why} events={{ hover: true, focus: true, touch: true }} multiline maw={280} withArrow>
        <Button {...rest} type="button" data-disabled aria-disabled="true" aria-describedby={id} onClick={(e) => e.preventDefault()} />
      </Tooltip>
      <VisuallyHidden id={id}>{why}</VisuallyHidden>
    </>
  );
}
