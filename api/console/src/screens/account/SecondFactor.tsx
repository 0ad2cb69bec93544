import { Badge, Button, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { meQuery, useMe } from "../../api/queries";
import { notifyDone } from "../../parts/Failed";
import { Once } from "../../parts/Once";
import { Panel } from "../../parts/Panel";
import { AskPassword } from "./AskPassword";
import { ConfirmCode } from "./ConfirmCode";

// SecondFactor turns the second step of log-ins on and off. The recovery codes are shown once.
export default function SecondFactor() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe();
  const [open, setOpen] = useState(false);
  const again = () => client.invalidateQueries({ queryKey: meQuery.queryKey });
  const begin = useMutation({ mutationFn: (password: string) => done(api.POST("/api/v1/me/totp", { body: { password } })) });
  const confirm = useMutation({
    mutationFn: (code: string) => done(api.PUT("/api/v1/me/totp", { body: { code } })),
    onSuccess: again,
  });
  const end = useMutation({
    mutationFn: (password: string) => done(api.DELETE("/api/v1/me/totp", { body: { password } })),
    onSuccess: () => {
      again();
      close();
      notifyDone(t("account.totpOff"));
    },
  });
  const close = () => {
    setOpen(false);
    for (const m of [begin, confirm, end]) m.reset();
  };
  const codes = confirm.data?.recoveryCodes;
  return (
    <Panel title={t("account.totp")} lead={t("account.totpDetail")} actions={me.totp && <Badge tt="none">{t("account.on")}</Badge>}>
      <Button variant={me.totp ? "default" : "light"} style={{ alignSelf: "flex-start" }} onClick={() => setOpen(true)}>
        {t(me.totp ? "account.turnOff" : "account.turnOn")}
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title={t("account.totp")}
        closeOnClickOutside={false}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {codes ? (
          <Stack>
            <Text size="sm">{t("account.codesDetail")}</Text>
            <Once label={t("account.codes")} text={codes.join("\n")} file="appzone-recovery-codes.txt" />
            <Button onClick={close} data-autofocus>
              {t("tokens.kept")}
            </Button>
          </Stack>
        ) : begin.data ? (
          <ConfirmCode pending={begin.data} error={confirm.error} busy={confirm.isPending} onCode={confirm.mutate} />
        ) : me.totp ? (
          <AskPassword detail={t("account.offDetail")} action={t("account.turnOff")} act={end} />
        ) : (
          <AskPassword detail={t("account.onDetail")} action={t("common.next")} act={begin} />
        )}
      </Modal>
    </Panel>
  );
}
