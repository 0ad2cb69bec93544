import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../../api/queries";
import { Loaded } from "../../../parts/Loaded";
import { Difference } from "../../consent/Difference";
import { PermissionChange } from "../../consent/PermissionChange";
import { planQuery } from "../../consent/plan";
import classes from "./Versions.module.css";

// Compared is the difference between the installed version and another.
export function Compared({ plugin, version }: { plugin: Plugin; version: string }) {
  const { t } = useTranslation();
  const plan = useQuery(planQuery(plugin.id, version));
  return (
    <section className={classes.difference} aria-label={t("versions.compareLabel", { from: plugin.version, to: version })}>
      <Loaded query={plan}>
        {({ data }) => (
          <Stack gap="sm">
            <PermissionChange plan={data} />
            {data.changes && <Difference changes={data.changes} />}
          </Stack>
        )}
      </Loaded>
    </section>
  );
}
