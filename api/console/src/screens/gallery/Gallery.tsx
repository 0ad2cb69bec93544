import { Button, Paper } from "@mantine/core";
import { mdiPackageVariant } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { pluginsQuery, samplesQuery } from "../../api/queries";
import { Icon } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Nothing, Page } from "../../parts/Page";
import { paths } from "../../paths";
import cards from "../zone/PluginCards.module.css";
import { SampleCard } from "./SampleCard";
import { SampleDetail } from "./SampleDetail";
import { pluginOf, type Sample } from "./samples";

// Gallery has the plugins that ship with the host; name is the one whose instructions are shown.
export default function Gallery({ name }: { name?: string | undefined }) {
  const { t } = useTranslation();
  const samples = useQuery(samplesQuery);
  const plugins = useQuery(pluginsQuery).data;
  if (name === undefined) {
    return (
      <Page title={t("gallery.title")} lead={t("gallery.lead")}>
        <Loaded query={samples}>{(all) => <Samples all={all} plugins={plugins} />}</Loaded>
      </Page>
    );
  }
  return (
    <Loaded query={samples}>
      {(all) => {
        const sample = all.find((s) => s.name === name);
        return sample ? <SampleDetail sample={sample} plugin={pluginOf(sample, plugins)} /> : <Missing name={name} />;
      }}
    </Loaded>
  );
}

function Samples({ all, plugins }: { all: Sample[]; plugins: Parameters<typeof pluginOf>[1] }) {
  const { t } = useTranslation();
  if (all.length === 0) {
    return (
      <Paper withBorder>
        <Nothing icon={<Icon path={mdiPackageVariant} size={40} />} title={t("gallery.none")}>
          {t("gallery.noneDetail")}
        </Nothing>
      </Paper>
    );
  }
  return (
    <ul className={cards.cards} aria-label={t("gallery.title")}>
      {all.map((s) => (
        <SampleCard key={s.name} sample={s} plugin={pluginOf(s, plugins)} />
      ))}
    </ul>
  );
}

function Missing({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <Page title={t("gallery.missing", { name })}>
      <div>
        <Button variant="default" component={Link} href={paths.gallery()}>
          {t("gallery.back")}
        </Button>
      </div>
    </Page>
  );
}
