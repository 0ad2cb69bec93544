import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, Redirect, Route, Switch } from "wouter";
import { Page } from "../parts/Page";
import { paths } from "../paths";

import Zone from "../screens/zone/Zone";
import { screen } from "../text";

const Gallery = screen(() => import("../screens/gallery/Gallery"));
const PluginPage = screen(() => import("../screens/plugin/PluginPage"));
const Staff = screen(() => import("../screens/staff/Staff"));
const Profiles = screen(() => import("../screens/profiles/Profiles"));
const Tokens = screen(() => import("../screens/tokens/Tokens"));
const Keys = screen(() => import("../screens/keys/Keys"));
const Webhooks = screen(() => import("../screens/webhooks/Webhooks"));
const Audit = screen(() => import("../screens/audit/Audit"));
const System = screen(() => import("../screens/system/System"));
const Account = screen(() => import("../screens/account/Account"));

// Screens chooses by the address. Members have their account; the rest is the administrators'.
export function Screens({ admin }: { admin: boolean }) {
  return (
    <Switch>
      <Route path="/account" component={Account} />
      <Route path="/login">
        <Redirect to={paths.zone} replace />
      </Route>
      {admin && (
        <Switch>
          <Route path="/" component={Zone} />
          <Route path="/plugins">
            <Redirect to={paths.zone} replace />
          </Route>
          <Route path="/plugins/:id/:tab?">{({ id, tab }) => <PluginPage key={id} id={id} tab={tab ?? "overview"} />}</Route>
          <Route path="/gallery/:name?">{({ name }) => <Gallery name={name} />}</Route>
          <Route path="/staff/:username?">{({ username }) => <Staff username={username} />}</Route>
          <Route path="/profiles/:id?">{({ id }) => <Profiles id={id} />}</Route>
          <Route path="/tokens" component={Tokens} />
          <Route path="/keys" component={Keys} />
          <Route path="/webhooks/:id?">{({ id }) => <Webhooks id={id} />}</Route>
          <Route path="/audit" component={Audit} />
          <Route path="/system" component={System} />
          <Route component={NotFound} />
        </Switch>
      )}
      <Route component={NotFound} />
    </Switch>
  );
}

function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("failure.notFound")} lead={t("failure.notFoundDetail")}>
      <div>
        <Button component={Link} href={paths.zone} variant="default">
          {t("failure.home")}
        </Button>
      </div>
    </Page>
  );
}
