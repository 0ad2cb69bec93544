import type { Schema } from "./client";
import { Failure, failureOf, unreachable } from "./failure";

export interface Uploaded {
  plugin: Schema["Plugin"];
  // known tells that the plugin was there before.
  known: boolean;
}

// upload sends a zip and tells how far it is, from 0 to 1: fetch cannot. Stopping by the signal rejects with an AbortError.
export function upload(
  file: Blob,
  { replace = false, signal, onProgress }: { replace?: boolean; signal?: AbortSignal; onProgress?: (part: number) => void } = {},
) {
  return new Promise<Uploaded>((resolve, reject) => {
    const x = new XMLHttpRequest();
    x.open("POST", `/api/v1/plugins${replace ? "?allow=replace" : ""}`);
    x.setRequestHeader("content-type", "application/zip");
    x.responseType = "json";
    x.upload.onprogress = (e) => e.lengthComputable && onProgress?.(e.loaded / e.total);
    x.onload = () => {
      if (x.status === 200 || x.status === 201) resolve({ plugin: x.response, known: x.status === 200 });
      else reject(failureOf(x.status, x.response, new Headers({ "x-request-id": x.getResponseHeader("x-request-id") ?? "" })));
    };
    x.onerror = () => reject(new Failure(0, unreachable, "the connection broke during the upload"));
    x.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal?.addEventListener("abort", () => x.abort(), { once: true });
    x.send(file);
  });
}
