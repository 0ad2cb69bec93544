import { Button, Group, Stack, Text } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { asFailure } from "../api/failure";
import { Failed } from "./Failed";
import { Outdated } from "./Outdated";

interface Props {
  // act is the mutation that the form is for, and action what its button says.
  act: { mutate: () => void; error: unknown; isPending: boolean; reset: () => void };
  action: string;
  color?: "red";
  blocked?: boolean;
  // note stands beside the buttons, for example why the form is blocked.
  note?: string;
  // next is what to do about what was refused, where the host does not say.
  next?: ReactNode;
  // onCancel gives the form up. Where there is none, the changes of a draft can be dropped.
  onCancel?: () => void;
  draft?: { dirty: boolean; outdated: boolean; rebase: () => void; reset: () => void };
  children: ReactNode;
}

// Form is a form for one thing: its fields, what was refused, and its buttons. Of a draft it says when somebody else was faster.
export function Form({ act, action, color, blocked, note, next, onCancel, draft, children }: Props) {
  const { t } = useTranslation();
  const noteId = useId();
  const outdated = draft?.outdated && !act.isPending; // else it may be by what is being done
  const disabled = blocked || outdated;
  const refused = act.error && !(draft && asFailure(act.error).status === 412);
  const again = (change: () => void) => () => {
    change();
    act.reset();
  };
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        if (!disabled) act.mutate();
      }}
    >
      <Stack>
        {children}
        {draft && outdated && <Outdated onRebase={again(draft.rebase)} onReset={again(draft.reset)} />}
        {refused ? <Failed error={act.error} next={next} /> : null}
        <Group justify="flex-end">
          {note !== undefined && (
            <Text size="sm" c="dimmed" mr="auto" aria-live="polite" id={noteId}>
              {note}
            </Text>
          )}
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              {t("common.cancel")}
            </Button>
          )}
          {!onCancel && draft?.dirty && !outdated && (
            <Button variant="default" onClick={again(draft.reset)}>
              {t("draft.discard")}
            </Button>
          )}
          <Button type="submit" color={color} loading={act.isPending} disabled={disabled} aria-describedby={note ? noteId : undefined}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
