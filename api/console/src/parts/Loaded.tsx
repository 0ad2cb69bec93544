import { Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Failed } from "./Failed";

// Loaded shows what a query read, else that it is being read or why it could not be. What was read before stays while it is read again.
export function Loaded<T>({
  query,
  children,
  waiting,
}: {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  waiting?: ReactNode;
}) {
  const { t } = useTranslation();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failed error={query.error} retry={() => query.refetch()} />;
  return (
    <div role="status" aria-label={t("common.loading")}>
      {waiting ?? (
        <Stack gap="sm">
          <Skeleton height={28} width="40%" />
          <Skeleton height={80} />
          <Skeleton height={80} />
        </Stack>
      )}
    </div>
  );
}
