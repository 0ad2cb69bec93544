import { Anchor, Button, FileButton, Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { mdiTrayArrowUp } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { samplesQuery, systemQuery } from "../../api/queries";
import { bytes } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { paths } from "../../paths";
import { SampleCard } from "../gallery/SampleCard";
import classes from "./FirstPlugin.module.css";
import { addFiles } from "./uploads";

const steps = ["take", "look", "open"] as const;

// FirstPlugin stands where there is no plugin yet, and teaches how to come to one.
export function FirstPlugin() {
  const { t } = useTranslation();
  const maxBytes = useQuery(systemQuery).data?.maxUploadBytes;
  const samples = useQuery(samplesQuery).data ?? [];
  return (
    <Stack gap="xl">
      <Paper className={classes.panel} p="xl">
        <Stack align="center" gap="md" ta="center">
          <Text c="dimmed" component="span" lh={1}>
            <Icon path={mdiTrayArrowUp} size={52} />
          </Text>
          <div>
            <Title order={2} size="h3">
              {t("zone.first.title")}
            </Title>
            <Text c="dimmed" maw={520} mt={4}>
              {t(maxBytes === undefined ? "zone.first.text" : "zone.first.textMax", { max: bytes(maxBytes ?? 0) })}
            </Text>
          </div>
          <FileButton onChange={(files) => addFiles(files, { maxBytes, lead: true })} accept=".zip" multiple>
            {(props) => (
              <Button {...props} size="md">
                {t("zone.first.choose")}
              </Button>
            )}
          </FileButton>
          <SimpleGrid component="ol" cols={{ base: 1, sm: 3 }} className={classes.steps}>
            {steps.map((s, n) => (
              <Text key={s} component="li" size="sm" className={classes.step}>
                <span className={classes.number} aria-hidden="true">
                  {n + 1}
                </span>
                <span>{t(`zone.first.${s}`)}</span>
              </Text>
            ))}
          </SimpleGrid>
        </Stack>
      </Paper>
      {samples.length > 0 && (
        <Stack gap="sm">
          <Group justify="space-between">
            <Title order={2} size="h4">
              {t("zone.first.gallery")}
            </Title>
            {samples.length > 3 && (
              <Anchor component={Link} href={paths.gallery()} size="sm">
                {t("zone.first.allOfGallery", { count: samples.length })}
              </Anchor>
            )}
          </Group>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} component="ul" m={0} p={0} className={classes.samples}>
            {samples.slice(0, 3).map((s) => (
              <SampleCard key={s.name} sample={s} plugin={undefined} />
            ))}
          </SimpleGrid>
        </Stack>
      )}
    </Stack>
  );
}
