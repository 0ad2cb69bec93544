import { ActionIcon, Button, Checkbox, Group, Menu, Stack, Text, VisuallyHidden } from "@mantine/core";
import { mdiCheck, mdiClose, mdiDotsVertical, mdiMinus } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Tagged } from "../../../api/client";
import { asFailure } from "../../../api/failure";
import type { Plugin } from "../../../api/queries";
import { useConfirm } from "../../../parts/Confirm";
import { Failed } from "../../../parts/Failed";
import { number } from "../../../parts/format";
import { grantsOf, groupOf, groups, keyOf, needOf } from "../../../parts/grants";
import { Icon } from "../../../parts/Icon";
import { Loaded } from "../../../parts/Loaded";
import { Outdated } from "../../../parts/Outdated";
import { Panel } from "../../../parts/Panel";
import { useDraft } from "../../../parts/useDraft";
import { useWords } from "../../../parts/useWords";
import { When } from "../../../parts/When";
import { AddAddress } from "./AddAddress";
import { Observing } from "./Observing";
import classes from "./Overview.module.css";
import { beside, type GrantsView, grantsQuery, underWay, usePutGrants } from "./query";

type Permission = GrantsView["permissions"][number];

// Permissions puts side by side what the plugin asks for, what it was granted, and what it used.
export function Permissions({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const query = useQuery(grantsQuery(plugin.id));
  return (
    <Loaded
      query={query}
      waiting={
        <Panel title={t("overview.permissions")}>
          <Text size="sm">{t("common.loading")}</Text>
        </Panel>
      }
    >
      {(view) => <Granted plugin={plugin} view={view} />}
    </Loaded>
  );
}

function Granted({ plugin, view: { data, etag } }: { plugin: Plugin; view: Tagged<GrantsView> }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const put = usePutGrants(plugin.id, t("overview.notChanged"));
  const draft = useDraft({ data: { granted: data.permissions.filter((p) => p.granted && p.value !== "observe").map(keyOf) }, etag });
  const { granted } = draft.value;
  const [editing, setEditing] = useState(false);
  const until = data.granted?.observeUntil;
  const observing = underWay(until);
  const list = shownOf(data.permissions, granted);
  const end = () => {
    draft.reset();
    setEditing(false);
  };

  const save = () => put.mutate({ choice: beside(grantsOf(granted.map(needOf)), until), etag: draft.etag }, { onSuccess: end });
  const choose = async (choice: "requested" | "used" | "observe" | "nothing") => {
    const body = choice === "nothing" ? {} : choice;
    const question = {
      title: t(`overview.choose.${choice}`),
      body: t(`overview.chooseDetail.${choice}`),
      action: t(`overview.choose.${choice}`),
    };
    if (await confirm(question)) put.mutate({ choice: body, etag });
  };
  const missing = data.missing.length;
  const installed = plugin.stage === "installed";
  return (
    <Panel
      title={t("overview.permissions")}
      lead={
        !installed
          ? t("overview.notInstalled")
          : data.permissions.length === 0
            ? undefined
            : missing
              ? t("overview.missing", { count: missing })
              : t("overview.allGranted")
      }
      actions={
        installed &&
        !editing && (
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={() => setEditing(true)} loading={put.isPending}>
              {t("overview.change")}
            </Button>
            <Menu position="bottom-end" withArrow width={300}>
              <Menu.Target>
                <ActionIcon variant="default" size={30} aria-label={t("overview.more")}>
                  <Icon path={mdiDotsVertical} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => choose("requested")}>{t("overview.choose.requested")}</Menu.Item>
                <Menu.Item onClick={() => choose("used")}>{t("overview.choose.used")}</Menu.Item>
                {!observing && plugin.type === "script" && (
                  <Menu.Item onClick={() => choose("observe")}>{t("overview.choose.observe")}</Menu.Item>
                )}
                <Menu.Divider />
                <Menu.Item color="red" onClick={() => choose("nothing")}>
                  {t("overview.choose.nothing")}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        )
      }
    >
      {observing && (
        <Observing
          until={until}
          onEnd={() => put.mutate({ choice: grantsOf(data.permissions.filter((p) => p.granted)), etag })}
          busy={put.isPending}
        />
      )}
      {list.length === 0 ? (
        <Text size="sm">{t("overview.nothing")}</Text>
      ) : (
        <Matrix plugin={plugin.id} list={list} onToggle={editing ? (p) => draft.set({ granted: toggled(granted, keyOf(p)) }) : undefined} />
      )}
      {editing && (
        <Stack gap="sm">
          {plugin.type === "script" && (
            <AddAddress taken={list} onAdd={(value) => draft.set({ granted: [...granted, keyOf({ code: "network", value })] })} />
          )}
          {draft.outdated && !put.isPending && <Outdated onRebase={draft.rebase} onReset={draft.reset} />}
          {put.error && asFailure(put.error).fields.length > 0 ? <Failed error={put.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={end}>
              {t("common.cancel")}
            </Button>
            <Button onClick={save} loading={put.isPending} disabled={!draft.dirty || draft.outdated}>
              {t("common.save")}
            </Button>
          </Group>
        </Stack>
      )}
    </Panel>
  );
}

const toggled = (keys: string[], key: string) => (keys.includes(key) ? keys.filter((k) => k !== key) : [...keys, key]);

// shownOf is what is asked for or granted as it is to become, and then what is added to it.
function shownOf(now: Permission[], granted: string[]): Permission[] {
  const known = new Set(now.map(keyOf));
  const added = granted.filter((key) => !known.has(key)).map((key) => ({ ...needOf(key), asked: false, granted: true, used: null }));
  return [...now.filter((p) => p.value !== "observe").map((p) => ({ ...p, granted: granted.includes(keyOf(p)) })), ...added];
}

function Matrix({ plugin, list, onToggle }: { plugin: string; list: Permission[]; onToggle?: ((p: Permission) => void) | undefined }) {
  const { t } = useTranslation();
  const words = useWords(plugin);
  const filled = groups.map((group) => ({ group, of: list.filter((p) => groupOf(p) === group) })).filter(({ of }) => of.length > 0);
  return (
    <table className={classes.permissions} aria-label={t("overview.permissions")}>
      <thead>
        <tr>
          <th scope="col">
            <VisuallyHidden>{t("overview.may")}</VisuallyHidden>
          </th>
          <th scope="col">{t("overview.asked")}</th>
          <th scope="col">{t("overview.granted")}</th>
          <th scope="col">{t("overview.used")}</th>
        </tr>
      </thead>
      {filled.map(({ group, of }) => (
        <tbody key={group}>
          <tr>
            <th scope="rowgroup" colSpan={4}>
              {t(`permission.group.${group}`)}
            </th>
          </tr>
          {of.map((p) => (
            <tr key={keyOf(p)} data-permission={keyOf(p)}>
              <td title={p.value}>
                {words(p)}
                {p.granted && !p.asked && (
                  <Text size="xs" c="dimmed">
                    {t("overview.byAdministrator")}
                  </Text>
                )}
              </td>
              <td>
                <Sign on={p.asked} label={p.asked ? t("common.yes") : t("common.no")} />
              </td>
              <td>
                {onToggle ? (
                  <Checkbox
                    checked={p.granted}
                    onChange={() => onToggle(p)}
                    aria-label={t("overview.grant", { what: words(p) })}
                    styles={{ body: { justifyContent: "center" } }}
                  />
                ) : (
                  <Sign on={p.granted} bad={p.asked} label={p.granted ? t("common.yes") : t("common.no")} />
                )}
              </td>
              <td>
                <Used p={p} />
              </td>
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Sign({ on, bad, label }: { on: boolean; bad?: boolean; label: string }) {
  return (
    <span role="img" aria-label={label} className={on ? classes.granted : bad ? classes.missing : classes.faint}>
      <Icon path={on ? mdiCheck : bad ? mdiClose : mdiMinus} />
    </span>
  );
}

function Used({ p }: { p: Permission }) {
  const { t } = useTranslation();
  if (p.used === null)
    return (
      <Text size="xs" c="dimmed" title={t("overview.notCounted")}>
        –<VisuallyHidden>{t("overview.notCounted")}</VisuallyHidden>
      </Text>
    );
  if (p.used === 0) return <Text size="xs">{t("overview.neverUsed")}</Text>;
  return (
    <Text size="xs">
      {t("overview.times", { count: p.used, n: number(p.used) })}
      {p.lastUsedAt && (
        <span style={{ display: "block" }} className={classes.faint}>
          <When at={p.lastUsedAt} />
        </span>
      )}
    </Text>
  );
}
