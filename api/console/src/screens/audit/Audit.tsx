import { Button, Group } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";
import { api, done, type Schema } from "../../api/client";
import { Loaded } from "../../parts/Loaded";
import { Page } from "../../parts/Page";
import { paths } from "../../paths";
import { Entries } from "./Entries";
import { type Filter, Filters, filterOf, searchOf } from "./Filters";
import { Verify } from "./Verify";

export type Entry = Schema["AuditEntry"];
type EntryPage = Schema["AuditList"]; // the other form, an entry a line, is for files

// Audit is the trail of what was done and tried, newest first.
export default function Audit() {
  const { t } = useTranslation();
  const filter = filterOf(useSearch());
  const [, go] = useLocation();
  const query = useInfiniteQuery({
    queryKey: ["audit", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) =>
      (await done(
        api.GET("/api/v1/audit", {
          params: {
            query: {
              cursor: pageParam,
              limit: 50,
              ...(filter.actor && { actor: filter.actor }),
              ...(filter.plugin && { plugin: filter.plugin }),
              ...(filter.kind && { kind: filter.kind }),
              ...(filter.outcome && { outcome: filter.outcome }),
            },
          },
        }),
      )) as EntryPage,
    getNextPageParam: (last) => last.next ?? undefined,
    maxPages: 40,
  });
  const change = (to: Filter) => go(`${paths.audit}${searchOf(to)}`, { replace: true });
  return (
    <Page
      title={t("audit.title")}
      lead={t("audit.lead")}
      actions={
        <>
          <Verify />
          <Button
            variant="default"
            component="a"
            href={`/api/v1/audit${searchOf({ ...filter, format: "ndjson" })}`}
            download="audit.ndjson"
          >
            {t("audit.export")}
          </Button>
        </>
      }
    >
      <Filters filter={filter} onChange={change} />
      <Loaded query={query}>
        {(data) => (
          <>
            <Entries entries={data.pages.flatMap((p) => p.items)} />
            {query.hasNextPage && (
              <Group justify="center">
                <Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
                  {t("audit.older")}
                </Button>
              </Group>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
