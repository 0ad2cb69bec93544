import { Button, Select } from "@mantine/core";
import { mdiPlus } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Page } from "../../parts/Page";
import { useParam } from "../../parts/useParam";
import { CreateMember } from "./CreateMember";
import { MemberPage } from "./MemberPage";
import { MemberTable } from "./MemberTable";
import { staffQuery } from "./queries";
import { SearchBar } from "./SearchBar";

export default function Staff({ username }: { username?: string | undefined }) {
  return username ? <MemberPage key={username} username={username} /> : <StaffList />;
}

function StaffList() {
  const { t } = useTranslation();
  const query = useQuery(staffQuery);
  const [q, setQ] = useParam("q");
  const [role, setRole] = useParam("role");
  const [kind, setKind] = useParam("kind");
  const [adding, setAdding] = useParam("new");
  const roles = (["admin", "user", "agent"] as const).map((value) => ({ value, label: t(`common.role.${value}`) }));
  const kinds = (["person", "service"] as const).map((value) => ({ value, label: t(`staff.kind.${value}`) }));
  return (
    <Page
      title={t("staff.title")}
      lead={t("staff.lead")}
      actions={
        <Button leftSection={<Icon path={mdiPlus} />} onClick={() => setAdding("1", { push: true })}>
          {t("staff.add")}
        </Button>
      }
    >
      <Loaded query={query}>
        {(members) => {
          const words = q.trim().toLowerCase();
          const rows = members.filter(
            (m) =>
              `${m.username} ${m.profile ?? ""}`.toLowerCase().includes(words) && (!role || m.role === role) && (!kind || m.kind === kind),
          );
          return (
            <>
              <SearchBar label={t("staff.find")} value={q} onChange={setQ} count={t("staff.count", { count: rows.length })}>
                <Select
                  w={160}
                  aria-label={t("staff.role")}
                  placeholder={t("staff.anyRole")}
                  clearable
                  data={roles}
                  value={role || null}
                  onChange={(v) => setRole(v)}
                  clearButtonProps={{ "aria-label": t("common.clearFilter") }}
                />
                <Select
                  w={170}
                  aria-label={t("staff.kindLabel")}
                  placeholder={t("staff.anyKind")}
                  clearable
                  data={kinds}
                  value={kind || null}
                  onChange={(v) => setKind(v)}
                  clearButtonProps={{ "aria-label": t("common.clearFilter") }}
                />
              </SearchBar>
              <MemberTable members={rows} />
            </>
          );
        }}
      </Loaded>
      <CreateMember opened={adding === "1"} onClose={() => setAdding(null)} />
    </Page>
  );
}
