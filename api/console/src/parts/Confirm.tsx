import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { createContext, type ReactNode, useContext, useState } from "react";
import { useTranslation } from "react-i18next";

interface Question {
  title: string;
  body: ReactNode;
  // action is what the button says that does it.
  action: string;
  // name has to be typed before it can be done; for what cannot be taken back.
  name?: string;
}

const Asking = createContext<(q: Question) => Promise<boolean>>(async () => false);

// useConfirm asks before something is done: if (await confirm({...})).
export const useConfirm = () => useContext(Asking);

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<(Question & { answer: (yes: boolean) => void }) | null>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const answer = (yes: boolean) => {
    asked?.answer(yes);
    setOpen(false);
  };
  const matches = !asked?.name || typed.trim() === asked.name;
  return (
    <Asking
      value={(q) =>
        new Promise((done) => {
          setTyped("");
          setAsked({ ...q, answer: done });
          setOpen(true);
        })
      }
    >
      {children}
      <Modal
        opened={open}
        onClose={() => answer(false)}
        title={asked?.title}
        closeButtonProps={{ "aria-label": t("common.close") }}
        centered
        zIndex={400}
      >
        <form
          onSubmit={(e) => {
            e.preventDefault();
            if (matches) answer(true);
          }}
        >
          <Stack>
            <Text size="sm" component="div">
              {asked?.body}
            </Text>
            {asked?.name && (
              <TextInput
                data-autofocus
                label={t("common.typeName", { name: asked.name })}
                value={typed}
                onChange={(e) => setTyped(e.currentTarget.value)}
                autoComplete="off"
              />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={() => answer(false)}>
                {t("common.cancel")}
              </Button>
              <Button type="submit" color="red" disabled={!matches}>
                {asked?.action}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Asking>
  );
}
