import { Button, Group, Menu, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { mdiMagnify, mdiPause, mdiPlay, mdiTune } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../parts/Icon";
import { LogDownload } from "./LogDownload";
import { type Filter, streams } from "./lines";

export interface Look {
  wrap: boolean;
  times: boolean;
}

const sinces = ["all", "300", "3600", "86400"] as const;

// LogTools are what can be done with the log above it: find, pause, look and download.
export function LogTools(p: {
  id: string;
  filter: Filter;
  onFilter: (name: "q" | "stream" | "since", value: string) => void;
  look: Look;
  onLook: (look: Look) => void;
  paused: boolean;
  onPause: () => void;
}) {
  const { t } = useTranslation();
  const toggle = (name: keyof Look) => () => p.onLook({ ...p.look, [name]: !p.look[name] });
  return (
    <Group gap="xs">
      <TextInput
        size="xs"
        type="search"
        aria-label={t("logs.find")}
        placeholder={t("logs.find")}
        leftSection={<Icon path={mdiMagnify} size={16} />}
        value={p.filter.text}
        onChange={(e) => p.onFilter("q", e.currentTarget.value)}
        flex="1 1 180px"
        maw={340}
      />
      <SegmentedControl
        size="xs"
        aria-label={t("logs.stream")}
        value={p.filter.streams.length === 1 ? p.filter.streams[0] : "all"}
        onChange={(v) => p.onFilter("stream", v === "all" ? "" : v)}
        data={(["all", ...streams] as const).map((value) => ({ value, label: t(`logs.streams.${value}`) }))}
      />
      <NativeSelect
        size="xs"
        aria-label={t("logs.since")}
        value={String(p.filter.since || "all")}
        onChange={(e) => p.onFilter("since", e.currentTarget.value === "all" ? "" : e.currentTarget.value)}
        data={sinces.map((value) => ({ value, label: t(`logs.sinces.${value}`) }))}
      />
      <Group gap="xs" ml="auto">
        <Button variant="default" size="xs" onClick={p.onPause} leftSection={<Icon path={p.paused ? mdiPlay : mdiPause} size={16} />}>
          {p.paused ? t("logs.resume") : t("logs.pause")}
        </Button>
        <Menu closeOnItemClick={false} position="bottom-end">
          <Menu.Target>
            <Button variant="default" size="xs" leftSection={<Icon path={mdiTune} size={16} />}>
              {t("logs.view")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {(["wrap", "times"] as const).map((name) => (
              <Menu.CheckboxItem key={name} checked={p.look[name]} onChange={toggle(name)}>
                {t(`logs.${name}`)}
              </Menu.CheckboxItem>
            ))}
          </Menu.Dropdown>
        </Menu>
        <LogDownload id={p.id} />
      </Group>
    </Group>
  );
}
