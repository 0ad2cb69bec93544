import { Stack } from "@mantine/core";
import { mdiTune } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../parts/Icon";
import { Loaded } from "../../../parts/Loaded";
import { Nothing } from "../../../parts/Page";
import type { TabProps } from "../PluginPage";
import { settingsQuery } from "../settings/query";
import { SettingsForm } from "../settings/SettingsForm";

export default function Settings({ plugin }: TabProps) {
  const { t } = useTranslation();
  const query = useQuery(settingsQuery(plugin.id));
  return (
    <Loaded query={query}>
      {({ data, etag }) =>
        data.schema ? (
          <SettingsForm plugin={plugin} settings={data} etag={etag} />
        ) : (
          <Nothing icon={<Icon path={mdiTune} size={40} />} title={t("settings.none")}>
            <Stack gap="xs">
              <span>{t("settings.noneDetail")}</span>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to be able to */}
              <pre tabIndex={0} style={{ textAlign: "start", overflowX: "auto", margin: 0 }}>
                {example}
              </pre>
            </Stack>
          </Nothing>
        )
      }
    </Loaded>
  );
}

// example is what an author adds to manifest.json.
const example = `"parameters": {
  "settings": {
    "type": "object",
    "required": ["token"],
    "properties": {
      "token": { "type": "string", "title": "Token", "writeOnly": true },
      "greeting": { "type": "string", "default": "hello" }
    }
  }
}`;
