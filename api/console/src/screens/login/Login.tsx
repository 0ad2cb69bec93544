import { Button, Center, Paper, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, done } from "../../api/client";
import { asFailure, type Failure } from "../../api/failure";
import { Failed } from "../../parts/Failed";

export function Login({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const submit = async () => {
    try {
      await done(api.POST("/api/v1/session", { body: { username, password } }));
      onDone();
    } catch (e) {
      setFailure(asFailure(e));
    }
  };
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w={380} maw="100%">
        <form
          onSubmit={(e) => {
            e.preventDefault();
            submit();
          }}
        >
          <Stack>
            <Title order={1}>{t("common.appName")}</Title>
            {failure && <Failed error={failure} />}
            <TextInput
              label="User name"
              name="username"
              autoComplete="username"
              required
              value={username}
              onChange={(e) => setUsername(e.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(e) => setPassword(e.currentTarget.value)}
            />
            <Button type="submit">Log in</Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
