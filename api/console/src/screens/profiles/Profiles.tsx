import { Anchor, Button, Text } from "@mantine/core";
import { mdiCardAccountDetailsOutline, mdiPlus } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Icon } from "../../parts/Icon";
import { Listing } from "../../parts/Listing";
import { Loaded } from "../../parts/Loaded";
import { Nothing, Page } from "../../parts/Page";
import { useParam } from "../../parts/useParam";
import { When } from "../../parts/When";
import { paths } from "../../paths";
import { type Profile, profilesQuery } from "../staff/queries";
import { RoleBadge } from "../staff/RoleBadge";
import { SearchBar } from "../staff/SearchBar";
import { CreateProfile } from "./CreateProfile";
import { ProfilePage } from "./ProfilePage";

export default function Profiles({ id }: { id?: string | undefined }) {
  return id ? <ProfilePage key={id} id={id} /> : <ProfileList />;
}

function ProfileList() {
  const { t } = useTranslation();
  const query = useQuery(profilesQuery);
  const [q, setQ] = useParam("q");
  const [adding, setAdding] = useParam("new");
  return (
    <Page
      title={t("profiles.title")}
      lead={t("profiles.lead")}
      actions={
        <Button leftSection={<Icon path={mdiPlus} />} onClick={() => setAdding("1", { push: true })}>
          {t("profiles.add")}
        </Button>
      }
    >
      <Loaded query={query}>
        {(profiles) => {
          const rows = profiles.filter((p) => `${p.name} ${p.id}`.toLowerCase().includes(q.trim().toLowerCase()));
          return (
            <>
              {profiles.length > 0 && (
                <SearchBar label={t("profiles.find")} value={q} onChange={setQ} count={t("profiles.count", { count: rows.length })} />
              )}
              <ProfileTable profiles={rows} none={profiles.length === 0} />
            </>
          );
        }}
      </Loaded>
      <CreateProfile opened={adding === "1"} onClose={() => setAdding(null)} />
    </Page>
  );
}

function ProfileTable({ profiles, none }: { profiles: Profile[]; none: boolean }) {
  const { t } = useTranslation();
  return (
    <Listing
      label={t("profiles.title")}
      rows={profiles}
      rowKey={(p) => p.id}
      empty={
        none ? (
          <Nothing icon={<Icon path={mdiCardAccountDetailsOutline} size={44} />} title={t("profiles.none")}>
            {t("profiles.noneDetail")}
          </Nothing>
        ) : undefined
      }
      columns={[
        {
          label: t("common.name"),
          cell: (p) => (
            <Anchor component={Link} href={paths.profiles(p.id)} fw={600} size="sm" style={{ overflowWrap: "anywhere" }}>
              {p.name}
            </Anchor>
          ),
        },
        { label: t("profiles.role"), cell: (p) => <RoleBadge role={p.role} /> },
        { label: t("profiles.plugins"), cell: (p) => <Text size="sm">{t("staff.plugins", { count: p.plugins.length })}</Text> },
        { label: t("profiles.members"), cell: (p) => <Text size="sm">{t("staff.count", { count: p.members })}</Text> },
        {
          label: t("staff.changed"),
          cell: (p) => (
            <Text size="sm" c="dimmed" component="span">
              <When at={p.updatedAt} />
            </Text>
          ),
        },
      ]}
    />
  );
}
