import { SimpleGrid } from "@mantine/core";
import { mdiPuzzleOutline } from "@mdi/js";
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { type SidebarEntry, useMe } from "../../api/queries";
import { Icon, PluginAvatar } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Nothing, Page } from "../../parts/Page";
import { StatePill } from "../../parts/StatePill";
import { paths } from "../../paths";
import classes from "./Workplace.module.css";

// Home is where members begin: their plugins.
export function Home({ query }: { query: UseQueryResult<SidebarEntry[]> }) {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <div className={classes.home}>
      <Page title={t("workplace.hello", { user: me.user })} lead={t("workplace.lead")}>
        <Loaded query={query}>
          {(list) =>
            list.length === 0 ? (
              <Nothing icon={<Icon path={mdiPuzzleOutline} size={44} />} title={t("workplace.none")}>
                {t("workplace.noneDetail")}
              </Nothing>
            ) : (
              <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 4 }}>
                {list.map((p) => (
                  <Link key={p.id} href={paths.open(p.id)} className={classes.tile}>
                    <PluginAvatar id={p.id} name={p.icon} size={44} />
                    <span className={classes.what}>
                      <span className={classes.name} title={p.name}>
                        {p.name}
                      </span>
                      {p.state !== "running" && <StatePill state={p.state} />}
                    </span>
                  </Link>
                ))}
              </SimpleGrid>
            )
          }
        </Loaded>
      </Page>
    </div>
  );
}
