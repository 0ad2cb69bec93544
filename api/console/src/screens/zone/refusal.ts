// Refusal is why a file is not even sent; a key of zone.refusal.
export type Refusal = "folder" | "manifest" | "archive" | "notZip" | "empty" | "tooLarge" | "changed";

// folderType marks what stands for a folder that was dropped: browsers give no file for it.
export const folderType = "inode/directory";

const archives = /\.(tar|tgz|tar\.\w+|gz|xz|bz2|7z|rar|zst)$/i;

// refusal looks at what can be seen of a file without reading it. maxBytes is the host's limit, undefined while it is not known.
export function refusal({ name, size, type }: Pick<File, "name" | "size" | "type">, maxBytes: number | undefined): Refusal | null {
  if (type === folderType) return "folder";
  if (/^manifest.*\.json$/i.test(name)) return "manifest";
  if (archives.test(name)) return "archive";
  if (!/\.zip$/i.test(name)) return "notZip";
  if (size === 0) return "empty";
  if (maxBytes !== undefined && size > maxBytes) return "tooLarge";
  return null;
}
