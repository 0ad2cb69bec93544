import { Text } from "@mantine/core";
import Anser from "anser";
import { useTranslation } from "react-i18next";
import classes from "./Consent.module.css";

const shown = 200;

// Output is what a job's steps said, its last lines, as plain text.
export function Output({ lines, open }: { lines: string[]; open: boolean }) {
  const { t } = useTranslation();
  const last = lines.slice(-shown);
  return (
    <details open={open}>
      <summary>
        <Text size="sm" component="span">
          {t("consent.job.output")} ({last.length})
        </Text>
      </summary>
      {last.length ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long output is scrolled by keyboard, too
        <pre className={classes.lines} tabIndex={0} lang="en">
          {Anser.ansiToText(last.join("\n"))}
        </pre>
      ) : (
        <Text size="sm" c="dimmed">
          {t("consent.job.noOutput")}
        </Text>
      )}
    </details>
  );
}
