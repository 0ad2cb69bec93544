import { useMutation, useMutationState, useQueryClient } from "@tanstack/react-query";
import type en from "../text/en/common";
import { api, done } from "./client";
import { settled } from "./jobs";
import type { Plugin } from "./queries";
import { sideOf } from "./sides";

// Action is what can be done to a plugin as a whole.
export type Action = "start" | "stop" | "restart" | "uninstall" | "remove";

// Act is an action on a plugin. keepData is for an uninstallation; a removal keeps nothing.
export interface Act {
  plugin: string;
  action: Action;
  keepData?: boolean;
}

// WhyNot is a key of common.whyNot.
export type WhyNot = keyof (typeof en)["whyNot"];

type Facts = Pick<Plugin, "type" | "stage" | "state" | "quarantine" | "waitingUntil" | "sidebar" | "views">;

// whyNot is the reason why an action cannot be done now, null where it can: what the host would answer, so that nobody has to try.
export function whyNot(action: Action | "open", p: Facts): WhyNot | null {
  if (p.stage === "installing") return "installing";
  if (action === "remove") return null; // an installed one is uninstalled on the way
  if (p.stage !== "installed") return "notInstalled";
  if (action === "uninstall") return null;
  if (p.quarantine && action !== "stop") return "quarantined";
  if (action === "open") return sideOf(p, "admin").visible ? null : "notShown";
  if (p.type === "html") return "pages";
  const idle = p.state === "stopped" && !p.waitingUntil;
  if (action === "start" && p.state === "running") return "running";
  if (action === "start" && p.state === "starting") return "starting";
  if (action !== "start" && idle) return "stopped";
  if (action !== "restart" && p.state === "stopping") return "stopping";
  return null;
}

async function act({ plugin, action, keepData = true }: Act): Promise<void> {
  const params = { path: { id: plugin } };
  if (action === "remove") {
    await done(api.DELETE("/api/v1/plugins/{id}", { params: { ...params, query: { force: true } } }));
    return;
  }
  const answer =
    action === "uninstall"
      ? api.POST("/api/v1/plugins/{id}/uninstall", { params, body: { keepData } })
      : api.POST(`/api/v1/plugins/{id}/${action}`, { params });
  await settled((await done(answer)).id);
}

const mutationKey = ["plugin", "act"];

// usePluginAct does an action and is over when its job is; a job that fails rejects with its step and its last output.
export function usePluginAct() {
  const client = useQueryClient();
  return useMutation({
    mutationKey,
    mutationFn: act,
    onSettled: (_, __, { plugin, action }) => {
      client.invalidateQueries({ queryKey: ["plugins"] });
      if (action === "remove") client.removeQueries({ queryKey: ["plugin", plugin] });
      else client.invalidateQueries({ queryKey: ["plugin", plugin] });
    },
  });
}

// useActing is what this window is doing to a plugin right now, wherever it was begun.
export function useActing(plugin: string): Action | undefined {
  return useMutationState({
    filters: { mutationKey, status: "pending", predicate: (m) => (m.state.variables as Act | undefined)?.plugin === plugin },
    select: (m) => (m.state.variables as Act).action,
  }).at(-1);
}
