import { mdiChevronRight, mdiFileOutline, mdiFolderOutline } from "@mdi/js";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { bytes } from "../../../parts/format";
import { Icon } from "../../../parts/Icon";
import { neutral } from "../../../parts/neutral";
import classes from "./Files.module.css";
import type { Entry, Folder } from "./folder";

interface Shared {
  // open tells that all folders are open, for what was searched.
  open: boolean;
  selected: string;
  onSelect: (path: string) => void;
}

// FolderList is what is in a folder, as lists within lists. It is of plain elements, since there may be thousands.
export function FolderList({ folder, level = 0, ...p }: Shared & { folder: Folder; level?: number }) {
  return (
    <ul className={classes.list}>
      {folder.folders.map((f) => (
        <FolderItem key={f.path} folder={f} level={level} {...p} />
      ))}
      {folder.files.map((e) => (
        <FileItem key={e.path} entry={e} level={level} selected={p.selected === e.path} onSelect={p.onSelect} />
      ))}
    </ul>
  );
}

function FolderItem({ folder, level, ...p }: Shared & { folder: Folder; level: number }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(folder.count <= 20 || p.selected.startsWith(`${folder.path}/`));
  const open = p.open || chosen;
  return (
    <li>
      <button
        type="button"
        className={classes.item}
        style={{ paddingLeft: 10 + level * 18 }}
        aria-expanded={open}
        onClick={() => setChosen(!open)}
      >
        <span className={classes.chevron} data-open={open || undefined}>
          <Icon path={mdiChevronRight} size={16} />
        </span>
        <Icon path={mdiFolderOutline} size={18} />
        <span className={classes.name}>{neutral(folder.name)}</span>
        <span className={classes.type}>{t("files.count", { count: folder.count })}</span>
        <span className={classes.size}>{bytes(folder.bytes)}</span>
      </button>
      {open && <FolderList folder={folder} level={level + 1} {...p} />}
    </li>
  );
}

const FileItem = memo(function FileItem(p: { entry: Entry; level: number; selected: boolean; onSelect: (path: string) => void }) {
  const { t } = useTranslation();
  const { entry } = p;
  return (
    <li className={classes.file}>
      <button
        type="button"
        className={classes.item}
        style={{ paddingLeft: 30 + p.level * 18 }}
        aria-current={p.selected || undefined}
        onClick={() => p.onSelect(entry.path)}
      >
        <Icon path={mdiFileOutline} size={16} />
        <span className={classes.name} title={neutral(entry.path)}>
          {neutral(entry.name)}
        </span>
        {entry.overlay && <span className={classes.beside}>{t(entry.version ? "files.covers" : "files.beside")}</span>}
        <span className={classes.type}>{entry.version?.type?.split(";")[0]}</span>
        <code className={classes.hash}>{entry.overlay ? "" : entry.version?.sha256?.slice(0, 12)}</code>
        <span className={classes.size}>{bytes(entry.size)}</span>
      </button>
    </li>
  );
});
