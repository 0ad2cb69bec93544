import { Button } from "@mantine/core";
import { mdiPlus } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../api/queries";
import { Icon } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Panel } from "../../parts/Panel";
import { CreateToken } from "./CreateToken";
import { tokensQuery } from "./queries";
import { TokenTable } from "./TokenTable";

// TokenList are the tokens of one member: one's own, or a service's.
export function TokenList({ user }: { user: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const mine = me.user === user;
  const query = useQuery(tokensQuery(user));
  const [adding, setAdding] = useState(false);
  return (
    <Panel
      title={t(mine ? "tokens.mine" : "tokens.title")}
      lead={t(mine ? "tokens.mineDetail" : "tokens.ofService", { name: user })}
      actions={
        <Button variant="light" leftSection={<Icon path={mdiPlus} />} onClick={() => setAdding(true)}>
          {t("tokens.add")}
        </Button>
      }
    >
      <Loaded query={query}>{(tokens) => <TokenTable tokens={tokens} />}</Loaded>
      <CreateToken opened={adding} onClose={() => setAdding(false)} user={user} />
    </Panel>
  );
}
