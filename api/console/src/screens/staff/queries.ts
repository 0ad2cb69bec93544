import { queryOptions, useQuery } from "@tanstack/react-query";
import { all, api, done, type Schema, tagged } from "../../api/client";
import { pluginsQuery } from "../../api/queries";

export type Member = Schema["Member"];
export type MemberView = Schema["MemberView"];
export type Profile = Schema["Profile"];
export type Role = Schema["Role"];

// The host keeps at most 10,000 members: 20 pages.
export const staffQuery = queryOptions({
  queryKey: ["staff"],
  queryFn: () => all<Member>((cursor) => api.GET("/api/v1/staff", { params: { query: { cursor, limit: 500 } } })),
});

export const memberQuery = (username: string) =>
  queryOptions({
    queryKey: ["staff", username],
    queryFn: () => tagged(api.GET("/api/v1/staff/{username}", { params: { path: { username } } })),
  });

export const profilesQuery = queryOptions({
  queryKey: ["profiles"],
  queryFn: () => all<Profile>((cursor) => api.GET("/api/v1/profiles", { params: { query: { cursor, limit: 500 } } })),
});

// memberSidebarQuery is under "sidebar", as what happens to plugins changes it too.
export const memberSidebarQuery = (username: string) =>
  queryOptions({
    queryKey: ["sidebar", username],
    queryFn: async () => (await done(api.GET("/api/v1/staff/{username}/sidebar", { params: { path: { username } } }))).items,
  });

// usePluginNames tells the name of a plugin by its id; the id itself where there is none of that id.
export function usePluginNames() {
  const { data } = useQuery(pluginsQuery);
  return (id: string) => data?.find((p) => p.id === id)?.name ?? id;
}

// givePlugin gives a member a plugin of their own, or takes it away. Who changed the member at the same moment is not overwritten.
export async function givePlugin(username: string, plugin: string, give: boolean, tries = 3): Promise<void> {
  const path = { username };
  const { data, etag } = await tagged(api.GET("/api/v1/staff/{username}", { params: { path } }));
  const plugins = given(data.plugins, plugin, give);
  const answer = await api.PATCH("/api/v1/staff/{username}", { params: { path, header: { "If-Match": etag } }, body: { plugins } });
  if (answer.response.status === 412 && tries > 1) return givePlugin(username, plugin, give, tries - 1);
  await done(Promise.resolve(answer));
}

// giveProfile does the same with a profile.
export async function giveProfile(id: string, plugin: string, give: boolean, tries = 3): Promise<void> {
  const path = { id };
  const { data, etag } = await tagged(api.GET("/api/v1/profiles/{id}", { params: { path } }));
  const plugins = given(data.plugins, plugin, give);
  const answer = await api.PATCH("/api/v1/profiles/{id}", { params: { path, header: { "If-Match": etag } }, body: { plugins } });
  if (answer.response.status === 412 && tries > 1) return giveProfile(id, plugin, give, tries - 1);
  await done(Promise.resolve(answer));
}

const given = (plugins: string[], plugin: string, give: boolean) => [
  ...new Set(give ? [...plugins, plugin] : plugins.filter((id) => id !== plugin)),
];
