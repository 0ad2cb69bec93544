import { folderType } from "./refusal";

// dropped is what was dropped or chosen. A folder becomes one file that stands for it, so that it can be told what to do; walking through
// it, as browsers offer, may take minutes.
export async function dropped(event: unknown): Promise<File[]> {
  const { dataTransfer, target } = event as { dataTransfer?: DataTransfer | null; target?: { files?: FileList | null } };
  if (!dataTransfer) return Array.from(target?.files ?? []);
  const files: File[] = [];
  for (const item of Array.from(dataTransfer.items)) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry?.();
    const file = entry?.isDirectory ? new File([], entry.name, { type: folderType }) : item.getAsFile();
    if (file) files.push(file);
  }
  return files;
}
