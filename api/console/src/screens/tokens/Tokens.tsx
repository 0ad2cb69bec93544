import { Button } from "@mantine/core";
import { mdiPlus } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMe } from "../../api/queries";
import { Icon } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Page } from "../../parts/Page";
import { useParam } from "../../parts/useParam";
import { SearchBar } from "../staff/SearchBar";
import { CreateToken } from "./CreateToken";
import { tokensQuery } from "./queries";
import { TokenTable } from "./TokenTable";

// Tokens are all tokens of the host, for administrators.
export default function Tokens() {
  const { t } = useTranslation();
  const me = useMe();
  const query = useQuery(tokensQuery());
  const [q, setQ] = useParam("q");
  const [adding, setAdding] = useParam("new");
  return (
    <Page
      title={t("tokens.title")}
      lead={t("tokens.lead")}
      actions={
        <Button leftSection={<Icon path={mdiPlus} />} onClick={() => setAdding("1", { push: true })}>
          {t("tokens.add")}
        </Button>
      }
    >
      <Loaded query={query}>
        {(tokens) => {
          const words = q.trim().toLowerCase();
          const rows = tokens.filter((one) => `${one.name} ${one.user} ${one.scopes.join(" ")}`.toLowerCase().includes(words));
          return (
            <>
              {tokens.length > 0 && (
                <SearchBar label={t("tokens.find")} value={q} onChange={setQ} count={t("tokens.count", { count: rows.length })} />
              )}
              <TokenTable tokens={rows} owner />
            </>
          );
        }}
      </Loaded>
      <CreateToken opened={adding === "1"} onClose={() => setAdding(null)} user={me.user} choose />
    </Page>
  );
}
