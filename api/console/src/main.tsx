import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./global.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { queries } from "./api/cache";
import { meQuery } from "./api/queries";
import { Unexpected } from "./parts/Unexpected";
import { startText } from "./text";
import { theme } from "./theme";

// The policy of the page lets no style element in without the nonce of this very page.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
setNonce(nonce);

const scheme = localStorageColorSchemeManager({ key: "appzone.scheme" });

queries.prefetchQuery(meQuery); // beside the words, not after them

startText().then(() => {
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={scheme} getStyleNonce={() => nonce}>
      <Unexpected>
        <QueryClientProvider client={queries}>
          <Notifications position="bottom-left" limit={5} />
          <App />
        </QueryClientProvider>
      </Unexpected>
    </MantineProvider>,
  );
});
