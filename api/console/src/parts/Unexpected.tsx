import { Alert, Button, Code, Container, Stack } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { type WithTranslation, withTranslation } from "react-i18next";

interface Props extends WithTranslation {
  // at is the address that is shown: what failed at one is tried anew at another.
  at?: string;
  children: ReactNode;
}

// unloaded tells of a part of the console that could not be loaded, as browsers say it each in its way: the host does not answer, or it was
// upgraded and has the parts of another version.
const unloaded = (e: Error) => /dynamically imported module|importing a module|preload/i.test(e.message);

// Unexpected stands between an error of the console itself and a blank page.
class Boundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidUpdate(before: Props) {
    if (this.state.error && before.at !== this.props.at) this.setState({ error: null });
  }

  override render() {
    const { t, children } = this.props;
    const { error } = this.state;
    if (!error) return children;
    const part = unloaded(error);
    return (
      <Container size="sm" py="xl">
        <Alert color="red" title={t(part ? "failure.unloaded" : "failure.unexpected")} role="alert">
          <Stack align="flex-start">
            {t(part ? "failure.unloadedDetail" : "failure.unexpectedDetail")}
            {!part && <Code block>{error.message}</Code>}
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
