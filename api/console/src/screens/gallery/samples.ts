import { useMutation, useQuery } from "@tanstack/react-query";
import { api, done, type Schema } from "../../api/client";
import { type Plugin, systemQuery } from "../../api/queries";
import { notifyFailure } from "../../parts/Failed";
import { addFiles, moving, useUploads } from "../zone/uploads";

export type Sample = Schema["Sample"];

// pluginOf is the plugin that came of a sample, by the id that its name gives.
export function pluginOf(sample: Sample, plugins: Plugin[] | undefined): Plugin | undefined {
  const id = sample.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return plugins?.find((p) => p.id === id);
}

// useSampleUpload brings a sample in as if its zip had been dropped.
export function useSampleUpload({ name }: Sample) {
  const maxBytes = useQuery(systemQuery).data?.maxUploadBytes;
  const file = `${name}.zip`;
  const underway = useUploads().list.some((s) => moving(s) && s.file.name === file);
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      const blob = await done(api.GET("/api/v1/samples/{name}.zip", { params: { path: { name } }, parseAs: "blob" }));
      addFiles([new File([blob as Blob], file, { type: "application/zip" })], { maxBytes, lead: true });
    },
    onError: (e) => notifyFailure(e),
  });
  return { take: () => mutate(), taking: isPending || underway };
}
