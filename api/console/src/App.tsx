import { Center, Loader } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { onSignedOut } from "./api/client";
import { asFailure } from "./api/failure";
import { leave, MeContext, meQuery } from "./api/queries";
import { ConfirmProvider } from "./parts/Confirm";
import { Failed } from "./parts/Failed";
import { Login } from "./screens/login/Login";
import Shell from "./shell/Shell";

// App is the console: the login page for strangers, else the shell with its screens. The address stays the same, so that who logs in comes
// to where they wanted to go.
export function App() {
  const client = useQueryClient();
  const me = useQuery(meQuery);
  // What was wrong stays on the screen while it is asked again.
  const [trouble, setTrouble] = useState<Error | null>(null);
  if (me.error && me.error !== trouble) setTrouble(me.error);
  if (me.data && trouble) setTrouble(null);
  const [ended, setEnded] = useState(false);
  const [entered, setEntered] = useState(false);

  useEffect(() => {
    const out = () => {
      if (!client.getQueryData(meQuery.queryKey)) return; // nobody was
      setEnded(true);
      leave(client);
    };
    onSignedOut.add(out);
    return () => {
      onSignedOut.delete(out);
    };
  }, [client]);

  // Who comes after somebody else begins with nothing of theirs, also of what the parts of the console remember.
  const user = me.data?.user;
  const [first, setFirst] = useState(user);
  if (user !== undefined && first === undefined) setFirst(user);
  const another = user !== undefined && first !== undefined && user !== first;
  useEffect(() => {
    if (another) location.reload();
    if (user === undefined) notifications.clean();
  }, [another, user]);

  if (another) return <Waiting />;
  if (me.data) {
    return (
      <MeContext value={me.data}>
        <ConfirmProvider>
          <Shell entered={entered} />
        </ConfirmProvider>
      </MeContext>
    );
  }
  if (trouble && asFailure(trouble).status === 401) {
    const enter = async () => {
      setEntered(true);
      await me.refetch();
      setEnded(false);
    };
    return <Login ended={ended} onDone={enter} />;
  }
  if (!trouble) return <Waiting />;
  return (
    <Center mih="100vh" p="md" component="main">
      <Failed error={trouble} retry={() => me.refetch()} />
    </Center>
  );
}

function Waiting() {
  return (
    <Center mih="100vh">
      <Loader />
    </Center>
  );
}
