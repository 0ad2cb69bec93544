import { ActionIcon, Button, Kbd } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { mdiMagnify } from "@mdi/js";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../parts/Icon";
import { store } from "../parts/store";

const Found = lazy(() => import("./Found"));

const shown = store(false);
export const showFinder = shown.set;

// useFinder tells whether the finder is open.
export const useFinder = shown.use;

export function FinderButton() {
  const { t } = useTranslation();
  return (
    <>
      <Button
        variant="default"
        size="sm"
        visibleFrom="sm"
        leftSection={<Icon path={mdiMagnify} />}
        rightSection={<Kbd size="xs">Ctrl K</Kbd>}
        onClick={() => showFinder(true)}
      >
        {t("common.search")}
      </Button>
      <ActionIcon variant="default" size="lg" hiddenFrom="sm" aria-label={t("common.search")} onClick={() => showFinder(true)}>
        <Icon path={mdiMagnify} />
      </ActionIcon>
    </>
  );
}

// Finder is the search over plugins and screens. Its code is loaded when it is first used.
export function Finder({ admin }: { admin: boolean }) {
  const open = useFinder();
  const [used, setUsed] = useState(false);
  useHotkeys([["mod+K", () => showFinder(true)]], []);
  if (open && !used) setUsed(true);
  return used ? (
    <Suspense>
      <Found admin={admin} />
    </Suspense>
  ) : null;
}
