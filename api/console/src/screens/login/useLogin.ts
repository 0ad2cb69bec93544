import { useEffect, useState } from "react";
import { api, done } from "../../api/client";
import { asFailure, type Failure } from "../../api/failure";

export interface Credentials {
  username: string;
  password: string;
  code?: string;
}

export type LoginState = ReturnType<typeof useLogin>;

// useLogin logs in: with a password, then with a code where the host asks for one.
export function useLogin(onDone: () => Promise<unknown>) {
  const [step, setStep] = useState<"password" | "code">("password");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const wait = useCountdown(failure);

  async function submit(body: Credentials) {
    setBusy(true);
    setFailure(null);
    try {
      await done(api.POST("/api/v1/session", { body }));
      await onDone();
    } catch (e) {
      const failed = asFailure(e);
      if (failed.code === "totp_required") setStep("code");
      else setFailure(failed);
      if (failed.code === "login_failed") setStep("password"); // the password was changed between the steps
    } finally {
      setBusy(false);
    }
  }
  const back = () => {
    setStep("password");
    setFailure(null);
  };
  // forget takes an old failure away when something else is typed.
  const forget = () => setFailure(null);
  return { step, failure, busy, wait, submit, back, forget };
}

// useCountdown is how many seconds are left of those that a failure says to wait.
function useCountdown(failure: Failure | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const until = Date.now() + (failure?.retryAfterSeconds ?? 0) * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    tick();
    if (until <= Date.now()) return;
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [failure]);
  return left;
}
