import { ActionIcon, Affix, Button, Paper, Skeleton, Text, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { mdiUpload } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";
import { type Plugin, pluginsQuery } from "../../api/queries";
import { Icon } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Nothing, Page } from "../../parts/Page";
import { paths } from "../../paths";
import { FirstPlugin } from "./FirstPlugin";
import { PluginCards } from "./PluginCards";
import cards from "./PluginCards.module.css";
import { PluginTable } from "./PluginTable";
import { ShelfBar } from "./ShelfBar";
import { onShelf, type Shelf, searchOf, shelfOf } from "./shelf";
import { openUploads } from "./uploads";
import { useZoneView } from "./zoneView";

// Zone is the App Zone: all plugins, and the way for new ones to come in.
export default function Zone() {
  const { t } = useTranslation();
  const plugins = useQuery(pluginsQuery);
  return (
    <Page title={t("zone.title")} lead={t("zone.lead")}>
      <Loaded query={plugins} waiting={<Waiting />}>
        {(all) => (all.length === 0 ? <FirstPlugin /> : <Plugins all={all} />)}
      </Loaded>
      <UploadButton />
    </Page>
  );
}

function Plugins({ all }: { all: Plugin[] }) {
  const { t } = useTranslation();
  const shelf = shelfOf(useSearch());
  const [, go] = useLocation();
  const [view] = useZoneView();
  const { plugins, counts, total } = onShelf(all, shelf);
  const set = (next: Partial<Shelf>, typing = false) => go(paths.zone + searchOf({ ...shelf, ...next }), { replace: typing });
  const narrow = useMediaQuery("(max-width: 700px)", undefined, { getInitialValueInEffect: false });
  const Plugins = view === "cards" || narrow ? PluginCards : PluginTable;
  return (
    <>
      <ShelfBar shelf={shelf} counts={counts} total={total} set={set} />
      <Text size="sm" c="dimmed" role="status" my={-8}>
        {plugins.length === all.length
          ? t("zone.count", { count: all.length })
          : t("zone.countOf", { count: plugins.length, all: all.length })}
      </Text>
      {plugins.length > 0 ? (
        <Plugins plugins={plugins} />
      ) : (
        <Paper withBorder>
          <Nothing title={t("common.nothingFound")}>
            {t("zone.nothing")}
            <br />
            <Button mt="md" variant="default" onClick={() => go(paths.zone)}>
              {t("common.clearFilter")}
            </Button>
          </Nothing>
        </Paper>
      )}
    </>
  );
}

// UploadButton stays where it is while the plugins are scrolled, which end above it.
function UploadButton() {
  const { t } = useTranslation();
  return (
    <>
      <div style={{ height: 64 }} />
      <Affix position={{ bottom: 24, right: 24 }} zIndex={90} withinPortal={false}>
        <Tooltip label={t("zone.upload.button")} position="left">
          <ActionIcon
            size={56}
            radius="xl"
            variant="filled"
            onClick={openUploads}
            aria-label={t("zone.upload.button")}
            style={{ boxShadow: "var(--mantine-shadow-md)" }}
          >
            <Icon path={mdiUpload} size={26} />
          </ActionIcon>
        </Tooltip>
      </Affix>
    </>
  );
}

function Waiting() {
  return (
    <div className={cards.cards}>
      {["a", "b", "c", "d", "e", "f"].map((k) => (
        <Skeleton key={k} height={190} radius="md" />
      ))}
    </div>
  );
}
