import { Alert, Group, SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Tagged } from "../../api/client";
import { asFailure } from "../../api/failure";
import { useMe } from "../../api/queries";
import { Loaded } from "../../parts/Loaded";
import { Page } from "../../parts/Page";
import { Panel } from "../../parts/Panel";
import { paths } from "../../paths";
import { TokenList } from "../tokens/TokenList";
import { EffectivePlugins } from "./EffectivePlugins";
import { MemberDanger } from "./MemberDanger";
import { MemberRights } from "./MemberRights";
import { MemberSignIn } from "./MemberSignIn";
import { type MemberView, memberQuery, memberSidebarQuery } from "./queries";
import { Mark, RoleBadge } from "./RoleBadge";
import { SidebarPreview } from "./SidebarPreview";

// MemberPage is one member: what they may do, what they see, and how they log in.
export function MemberPage({ username }: { username: string }) {
  const { t } = useTranslation();
  const query = useQuery(memberQuery(username));
  const back = { href: paths.staff(), label: t("staff.title") };
  if (query.error && asFailure(query.error).status === 404) {
    return (
      <Page title={t("staff.gone")} back={back} lead={t("staff.goneDetail")}>
        {null}
      </Page>
    );
  }
  return (
    <Page title={username} back={back} lead={query.data && <MemberMarks member={query.data.data} />}>
      <Loaded query={query}>{(member) => <Member member={member} />}</Loaded>
    </Page>
  );
}

// MemberMarks are what somebody is, in a word each.
function MemberMarks({ member: m }: { member: MemberView }) {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <Group gap="xs">
      <RoleBadge role={m.role} />
      <Mark>{t(`staff.kind.${m.kind}`)}</Mark>
      {m.external && <Mark>{t("staff.sso")}</Mark>}
      {m.totp && <Mark>{t("staff.totp")}</Mark>}
      {m.username === me.user && <Mark>{t("staff.you")}</Mark>}
    </Group>
  );
}

function Member({ member }: { member: Tagged<MemberView> }) {
  const { t } = useTranslation();
  const m = member.data;
  const person = m.kind === "person";
  const sidebar = useQuery({ ...memberSidebarQuery(m.username), enabled: person });
  return (
    <>
      {m.external && (
        <Alert color="blue" title={t("staff.external")}>
          {t("staff.externalDetail", { issuer: m.external.issuer })}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <MemberRights member={member} />
        <Stack gap="lg">
          <Panel title={t("staff.preview")} lead={t(person ? "staff.previewDetail" : "staff.previewService", { name: m.username })}>
            {person && (
              <Loaded query={sidebar}>
                {(entries) => (
                  <SidebarPreview
                    label={t("staff.previewOf", { name: m.username })}
                    entries={entries.map((e) => ({ ...e, note: e.state === "running" ? undefined : t(`common.state.${e.state}`) }))}
                    empty={t("staff.previewEmpty")}
                  />
                )}
              </Loaded>
            )}
          </Panel>
          <EffectivePlugins member={m} />
        </Stack>
      </SimpleGrid>
      {person ? <MemberSignIn member={m} /> : <TokenList user={m.username} />}
      <MemberDanger member={member} />
    </>
  );
}
