import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { bytes } from "../../parts/format";
import classes from "./Consent.module.css";

// FileDifference lists the files that came, went and changed, with their sizes.
export function FileDifference({ files }: { files: Schema["Changes"]["files"] }) {
  const { t } = useTranslation();
  const parts = [
    ["added", "+", files.added],
    ["removed", "−", files.removed],
    ["changed", "~", files.changed],
  ] as const;
  if (parts.every(([, , list]) => list.count === 0)) return <Text size="sm">{t("consent.change.same")}</Text>;
  return (
    <Stack gap="sm">
      {parts.map(([name, mark, list]) =>
        list.count ? (
          <div key={name}>
            <Text size="sm" fw={600}>
              {t(`consent.change.${name}`)} ({list.count})
            </Text>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long list is scrolled by keyboard, too */}
            <section className={classes.lines} aria-label={t(`consent.change.${name}`)} tabIndex={0}>
              {list.items.map((f) => (
                <div key={f.path}>
                  {mark} {f.path}{" "}
                  <span>
                    (
                    {[f.before, f.after]
                      .filter((n) => n !== null)
                      .map(bytes)
                      .join(" → ")}
                    )
                  </span>
                </div>
              ))}
            </section>
            {list.more > 0 && <Text size="sm">{t("consent.change.moreFiles", { count: list.more })}</Text>}
          </div>
        ) : null,
      )}
    </Stack>
  );
}
