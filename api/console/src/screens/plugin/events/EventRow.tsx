import { Badge, Table, Text, UnstyledButton } from "@mantine/core";
import { mdiChevronDown } from "@mdi/js";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../parts/Icon";
import { neutral } from "../../../parts/neutral";
import { When } from "../../../parts/When";
import { failed } from "./describe";
import { detailsOf } from "./difference";
import classes from "./Events.module.css";
import type { Entry } from "./useEvents";

const silent = new Set(["plugin.state", "plugin.uploaded", "plugin.installed", "plugin.file"]);

// EventRow is one thing that happened: what, who and when, and what it changed.
export function EventRow({ event, told }: Entry) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const id = useId();
  const details = silent.has(event.type) ? [] : detailsOf(event.data);
  const { kind, ...values } = told.values;
  const say = t as unknown as (key: string, values: object) => string;
  const job = kind ? t(`events.job.${kind}` as "events.job.install", { defaultValue: String(kind) }) : "";
  return (
    <li className={classes.row} data-tone={told.tone} data-type={event.type}>
      <span className={classes.dot}>
        <Icon path={told.icon} size={18} />
      </span>
      <div className={classes.body}>
        <Text size="sm" fw={failed(told) ? 600 : 500} className={classes.what}>
          {say(`events.type.${told.text}`, { ...values, job })}
          {failed(told) && (
            <Badge ml={8} size="sm" variant="light" className={classes.badge}>
              {t("events.failure")}
            </Badge>
          )}
        </Text>
        <Text size="xs" c="dimmed" component="div" className={classes.who}>
          {event.actor === "host" ? t("events.host") : t("common.by", { who: neutral(event.actor) })} · <When at={event.time} />
          {details.length > 0 && (
            <UnstyledButton className={classes.more} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
              {t("events.details")} <Icon path={mdiChevronDown} size={14} />
            </UnstyledButton>
          )}
        </Text>
        {open && (
          <div id={id} className={classes.details}>
            <Table fz="xs" aria-label={t("events.details")} layout="fixed">
              <Table.Thead>
                <Table.Tr>
                  {(["field", "before", "after"] as const).map((name) => (
                    <Table.Th key={name}>{t(`events.${name}`)}</Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {details.map((c) => (
                  <Table.Tr key={c.path}>
                    <Table.Td>{c.path}</Table.Td>
                    <Table.Td>{c.before ? <del>{c.before}</del> : "—"}</Table.Td>
                    <Table.Td>{c.after ? <ins>{c.after}</ins> : "—"}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
      </div>
    </li>
  );
}
