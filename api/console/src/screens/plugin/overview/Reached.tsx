import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../../api/queries";
import { bytes, number } from "../../../parts/format";
import { grantsOf } from "../../../parts/grants";
import { type Column, Listing } from "../../../parts/Listing";
import { Panel } from "../../../parts/Panel";
import { Tag } from "../../../parts/Tag";
import { When } from "../../../parts/When";
import { beside, type GrantsView, grantsQuery, usePutGrants } from "./query";

type Use = GrantsView["network"][number];
const few = 8;

// Reached is what the plugin reached and what it was refused, by address.
export function Reached({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const { data: view } = useQuery(grantsQuery(plugin.id));
  const put = usePutGrants(plugin.id, t("overview.notChanged"));
  const [all, setAll] = useState(false);
  if (!view || view.data.network.length === 0) return null;
  const uses = [...view.data.network].sort((a, b) => b.denied - a.denied || b.lastAt.localeCompare(a.lastAt));
  const grant = (target: string) => {
    const has = view.data.permissions.filter((p) => p.granted);
    const grants = grantsOf([...has, { code: "network", value: target }]);
    put.mutate({ choice: beside(grants, view.data.granted?.observeUntil), etag: view.etag });
  };
  const columns: Column<Use>[] = [
    {
      label: t("overview.reachedTarget"),
      cell: (u) => (
        <>
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {u.target}
          </Text>
          {u.address && (
            <Text size="xs" c="dimmed">
              {u.address}
            </Text>
          )}
        </>
      ),
    },
    {
      label: t("overview.connections"),
      cell: (u) => (
        <>
          {number(u.connections)}
          {u.failed > 0 && (
            <Text size="xs" c="dimmed">
              {t("overview.failedConnections", { count: u.failed })}
            </Text>
          )}
        </>
      ),
    },
    {
      label: t("overview.refused"),
      cell: (u) => (u.denied > 0 ? <Tag color="red">{number(u.denied)}</Tag> : "0"),
    },
    { label: t("overview.traffic"), cell: (u) => `↑ ${bytes(u.bytesOut)} · ↓ ${bytes(u.bytesIn)}` },
    { label: t("overview.last"), cell: (u) => <When at={u.lastAt} /> },
    {
      label: t("common.actions"),
      hidden: true,
      cell: (u) =>
        u.denied > 0 && !u.plugin && !u.pattern ? (
          <Button
            size="compact-sm"
            variant="default"
            loading={put.isPending}
            onClick={() => grant(u.target)}
            aria-label={t("overview.grantTarget", { target: u.target })}
          >
            {t("overview.grantIt")}
          </Button>
        ) : null,
    },
  ];
  return (
    <Panel title={t("overview.reached")} lead={t("overview.reachedLead")}>
      <Listing
        label={t("overview.reached")}
        rows={all ? uses : uses.slice(0, few)}
        columns={columns}
        rowKey={(u) => `${u.target} ${u.plugin}`}
      />
      {uses.length > few && (
        <Button variant="subtle" size="xs" onClick={() => setAll(!all)}>
          {all ? t("common.less") : t("common.showAll")}
        </Button>
      )}
    </Panel>
  );
}
