import { raw } from "../../../api/client";
import { neutral } from "../../../parts/neutral";

// shownMost is how many bytes of a file are read to show them.
export const shownMost = 256 * 1024;

export const fileURL = (id: string, path: string) =>
  `/api/v1/plugins/${encodeURIComponent(id)}/files/${path.split("/").map(encodeURIComponent).join("/")}`;

export interface Content {
  // text is the beginning, null if it is no text.
  text: string | null;
  // whole tells that it is all of it.
  whole: boolean;
}

// readContent reads the beginning of a file and lets go of the rest.
export async function readContent(id: string, path: string, signal: AbortSignal): Promise<Content> {
  const reader = (await raw(fileURL(id, path), { signal })).body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  let whole = true;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
    if (size > shownMost) {
      whole = false;
      await reader.cancel();
      break;
    }
  }
  const bytes = new Uint8Array(await new Blob(parts as BlobPart[]).slice(0, shownMost).arrayBuffer());
  return { text: asText(bytes, whole), whole };
}

// asText decodes UTF-8; null for what is none or holds a NUL. The last letter of a beginning may be cut.
export function asText(bytes: Uint8Array, whole: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole });
  } catch {
    return null;
  }
}

// shown is text as it may be looked at: nothing in it does something.
export const shown = (text: string) => neutral(text.replaceAll("\r\n", "\n"), true);

// writeFile puts text beside the code.
export async function writeFile(id: string, path: string, text: string) {
  await raw(fileURL(id, path), { method: "PUT", headers: { "content-type": "application/octet-stream" }, body: text });
}

// removeFile deletes what was written beside the code.
export async function removeFile(id: string, path: string) {
  await raw(fileURL(id, path), { method: "DELETE" });
}
