import { Radio, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done, type Schema } from "../../../api/client";
import { asFailure } from "../../../api/failure";
import type { Plugin } from "../../../api/queries";
import { Form } from "../../../parts/Form";
import { bytes, dateTime } from "../../../parts/format";

type Data = Schema["RollbackRequest"]["data"];

interface Props {
  plugin: Plugin;
  version: string;
  onBegun: (job: string) => void;
  onClose: () => void;
}

// RollbackForm says what going back does, and takes the decision about the data.
export function RollbackForm({ plugin, version, onBegun, onClose }: Props) {
  const { t } = useTranslation();
  const [data, setData] = useState<Data>("keep");
  const [typed, setTyped] = useState("");
  const former = plugin.former?.version === version ? plugin.former : null;
  const back = useMutation({
    mutationFn: () => done(api.POST("/api/v1/plugins/{id}/rollback", { params: { path: { id: plugin.id } }, body: { version, data } })),
    onSuccess: (job) => onBegun(job.id),
  });
  return (
    <Form
      act={back}
      action={t("versions.back.action", { version })}
      color="red"
      onCancel={onClose}
      blocked={typed.trim() !== plugin.name}
      next={back.error && asFailure(back.error).code === "settings_refused" ? t("versions.back.refusedSettings") : undefined}
    >
      <Text size="sm">
        {t(plugin.type === "html" ? "versions.back.textPages" : "versions.back.text", { version, installed: plugin.version })}
      </Text>
      <Text size="sm">{t("versions.back.grants")}</Text>
      <Radio.Group value={data} onChange={(v) => setData(v as Data)} label={t("versions.back.data")}>
        <Stack gap="xs" mt="xs">
          <Radio value="keep" label={t("versions.back.keep")} description={t("versions.back.keepText")} />
          <Radio
            value="restore"
            disabled={!former?.snapshot}
            label={t("versions.back.restore")}
            description={
              former?.snapshot
                ? t("versions.back.restoreText", { when: dateTime(former.replacedAt), size: bytes(former.snapshotBytes) })
                : t("versions.back.noSnapshot")
            }
          />
        </Stack>
      </Radio.Group>
      <TextInput
        data-autofocus
        label={t("common.typeName", { name: plugin.name })}
        value={typed}
        onChange={(e) => setTyped(e.currentTarget.value)}
        autoComplete="off"
        styles={{ label: { overflowWrap: "anywhere" } }}
      />
    </Form>
  );
}
