import { Button, Chip, Group, Paper, Title } from "@mantine/core";
import { mdiTimelineClockOutline } from "@mdi/js";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import { Icon } from "../../../parts/Icon";
import { Loaded } from "../../../parts/Loaded";
import { Nothing } from "../../../parts/Page";
import { type Kind, kinds } from "../events/describe";
import { EventRow } from "../events/EventRow";
import classes from "../events/Events.module.css";
import { type Entry, useEvents } from "../events/useEvents";
import type { TabProps } from "../PluginPage";

// Events are a plugin's timeline; ?kind= filters it.
export default function Events({ plugin }: TabProps) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const kind = kinds.find((k) => k === params.get("kind")) ?? null;
  const { query, entries } = useEvents(plugin.id, kind);
  return (
    <>
      <Chip.Group value={kind ?? "all"} onChange={(k) => setParams(k === "all" ? {} : { kind: k as Kind })}>
        <Group gap="xs" role="radiogroup" aria-label={t("events.filter")}>
          {(["all", ...kinds] as const).map((k) => (
            <Chip key={k} value={k} size="sm">
              {t(`events.kind.${k}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Loaded query={query}>
        {() => (
          <Paper withBorder p="md">
            {entries.length === 0 ? (
              <Nothing icon={<Icon path={mdiTimelineClockOutline} size={40} />} title={t(kind ? "events.nothingKind" : "events.nothing")} />
            ) : (
              <div className={classes.days}>
                {days(entries).map(({ day, list }) => (
                  <section key={day} aria-label={day}>
                    <Title order={2} size="sm" c="dimmed" mb="sm">
                      {day}
                    </Title>
                    <ol className={classes.list} aria-label={t("events.list")}>
                      {list.map((e) => (
                        <EventRow key={e.event.seq} {...e} />
                      ))}
                    </ol>
                  </section>
                ))}
              </div>
            )}
            {query.hasNextPage && (
              <Button variant="default" mt="sm" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
                {t("events.more")}
              </Button>
            )}
          </Paper>
        )}
      </Loaded>
    </>
  );
}

// days groups entries by the day here.
function days(entries: Entry[]): { day: string; list: Entry[] }[] {
  const out: { day: string; list: Entry[] }[] = [];
  for (const e of entries) {
    const day = dayOf(new Date(e.event.time));
    const last = out.at(-1);
    if (last?.day === day) last.list.push(e);
    else out.push({ day, list: [e] });
  }
  return out;
}

function dayOf(time: Date): string {
  const today = new Date();
  if (time.toDateString() === today.toDateString()) return i18next.t("events.today");
  today.setDate(today.getDate() - 1);
  if (time.toDateString() === today.toDateString()) return i18next.t("events.yesterday");
  return new Intl.DateTimeFormat(i18next.language, { dateStyle: "full" }).format(time);
}
