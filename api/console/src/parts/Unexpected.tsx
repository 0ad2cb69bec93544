import { Alert, Button, Code, Container, Stack } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { type WithTranslation, withTranslation } from "react-i18next";

// Unexpected stands between an error of the console itself and a blank page.
class Boundary extends Component<WithTranslation & { children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { t, children } = this.props;
    if (!this.state.error) return children;
    return (
      <Container size="sm" py="xl">
        <Alert color="red" title={t("failure.unexpected")} role="alert">
          <Stack align="flex-start">
            {t("failure.unexpectedDetail")}
            <Code block>{this.state.error.message}</Code>
            <Button variant="default" onClick={() => location.reload()}>
              {t("failure.reload")}
            </Button>
          </Stack>
        </Alert>
      </Container>
    );
  }
}

export const Unexpected = withTranslation()(Boundary);
