import { Alert, Button, Divider, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { CodeForm } from "./CodeForm";
import classes from "./Login.module.css";
import { Looks } from "./Looks";
import { PasswordForm } from "./PasswordForm";
import { useLogin } from "./useLogin";

// Login is the page of strangers, at whatever address: who logs in comes to what stands there. ended tells that somebody was logged in.
export function Login({ ended, onDone }: { ended: boolean; onDone: () => Promise<unknown> }) {
  const { t } = useTranslation();
  useDocumentTitle(`${t("login.title")} · ${t("common.appName")}`);
  const [known, setKnown] = useState({ username: "", password: "" });
  const login = useLogin(onDone);
  const methods = useQuery({ queryKey: ["methods"], queryFn: () => done(api.GET("/api/v1/session/methods")) });
  const oidc = methods.data?.oidc;
  const here = `${location.pathname}${location.search}${location.hash}`;

  return (
    <div className={classes.page}>
      <main className={classes.middle}>
        <Stack className={classes.card} gap="lg">
          <Group gap="sm" justify="center">
            <img src="/icon.svg" alt="" width={40} height={40} />
            <Title order={1}>{t("common.appName")}</Title>
          </Group>
          <Paper withBorder shadow="sm" radius="lg" p="xl">
            <Stack>
              {ended && !login.failure && (
                <Alert color="yellow" role="status" title={t("login.ended")}>
                  {t("login.endedDetail")}
                </Alert>
              )}
              {login.step === "code" ? (
                <CodeForm login={login} known={known} />
              ) : (
                <>
                  {methods.data?.password !== false && <PasswordForm login={login} known={known} onChange={setKnown} />}
                  {oidc && (
                    <>
                      <Divider label={t("login.or")} />
                      <Button component="a" href={`${oidc.url}?returnTo=${encodeURIComponent(here)}`} variant="default" fullWidth>
                        {t("login.oidc")}
                      </Button>
                    </>
                  )}
                  <details className={classes.hint}>
                    <summary>{t("login.first")}</summary>
                    <Text size="sm" c="dimmed">
                      {t("login.firstDetail")}
                    </Text>
                  </details>
                </>
              )}
            </Stack>
          </Paper>
        </Stack>
      </main>
      <Looks />
    </div>
  );
}
