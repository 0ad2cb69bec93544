import { Anchor, Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { mdiArrowLeft } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { api, done } from "../../api/client";
import type { Plugin } from "../../api/queries";
import { Icon, PluginAvatar } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Page } from "../../parts/Page";
import { paths } from "../../paths";
import { SampleActions } from "./SampleActions";
import { Here, SampleFacts } from "./SampleCard";
import type { Sample } from "./samples";

const Readme = lazy(() => import("./Readme"));

// SampleDetail is one plugin that ships with the host, with its instructions.
export function SampleDetail({ sample: s, plugin }: { sample: Sample; plugin: Plugin | undefined }) {
  const { t } = useTranslation();
  const readme = useQuery({
    queryKey: ["samples", s.name, "readme"],
    queryFn: () =>
      done(api.GET("/api/v1/samples/{name}/readme", { params: { path: { name: s.name } }, parseAs: "text" })) as Promise<string>,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <Anchor component={Link} href={paths.gallery()} size="sm" w="fit-content" mx={0}>
        <Group gap={4}>
          <Icon path={mdiArrowLeft} size={16} />
          {t("gallery.back")}
        </Group>
      </Anchor>
      <Page title={s.title} lead={s.description} actions={<SampleActions sample={s} plugin={plugin} size="sm" />}>
        <Group gap="sm">
          <PluginAvatar id={plugin?.id ?? s.name} name={s.icon} size={44} />
          <div>
            <SampleFacts sample={s} />
            {plugin ? (
              <Here plugin={plugin} />
            ) : (
              <Text size="xs" c="dimmed">
                {t("gallery.notHere")}
              </Text>
            )}
          </div>
        </Group>
        <Paper withBorder p={{ base: "md", sm: "xl" }}>
          <Loaded query={readme}>
            {(text) => (
              <Suspense fallback={<Stack>{<Skeleton height={200} />}</Stack>}>
                <Readme text={text} />
              </Suspense>
            )}
          </Loaded>
        </Paper>
      </Page>
    </>
  );
}
