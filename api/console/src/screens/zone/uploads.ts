import { asFailure, type Failure } from "../../api/failure";
import { type Uploaded, upload } from "../../api/upload";
import { store } from "../../parts/store";
import { type Refusal, refusal } from "./refusal";

// Sending is one file on its way to the host, or what came of it.
export interface Sending {
  key: number;
  file: File;
  stage: "waiting" | "sending" | "checking" | "done" | "refused" | "failed" | "stopped";
  // part is how much was sent, 0 to 1; after that the host checks the zip.
  part: number;
  refusal?: Refusal;
  failure?: Failure;
  uploaded?: Uploaded;
  replace?: boolean;
}

interface Uploads {
  // open tells that the dialog is shown.
  open: boolean;
  // lead tells to go on to the consent by itself, as soon as the only file is there.
  lead: boolean;
  list: Sending[];
}

// What is being uploaded goes on while other screens are shown, so it is kept here and not in one of them.
const uploads = store<Uploads>({ open: false, lead: false, list: [] });
let keys = 0;
let busy = false;
const stops = new Map<number, AbortController>();

const set = (next: Partial<Uploads>) => uploads.set({ ...uploads.get(), ...next });

const change = (key: number, next: Partial<Sending>) =>
  set({ list: uploads.get().list.map((s) => (s.key === key ? { ...s, ...next } : s)) });

export const useUploads = uploads.use;

export const openUploads = () => set({ open: true, lead: false });

// moving tells that nothing can be said yet about what becomes of a file.
export const moving = (s: Sending) => s.stage === "waiting" || s.stage === "sending" || s.stage === "checking";

// closeUploads hides the dialog and forgets what ended; what is on its way goes on.
export const closeUploads = () => set({ open: false, lead: false, list: uploads.get().list.filter(moving) });

const patienceMs = 400;

// addFiles sends files one after the other, and shows the dialog. With lead, for what was dropped without it or taken from the gallery, one
// file goes straight to its consent, and the dialog appears only where that takes time or fails.
export function addFiles(files: File[], { maxBytes, lead = false }: { maxBytes: number | undefined; lead?: boolean }) {
  if (files.length === 0) return;
  const list = files.map((file): Sending => {
    const why = refusal(file, maxBytes);
    return why ? { key: ++keys, file, stage: "refused", part: 0, refusal: why } : { key: ++keys, file, stage: "waiting", part: 0 };
  });
  const straight = lead && !uploads.get().open && uploads.get().list.length === 0 && list.length === 1 && list[0]?.stage === "waiting";
  set({ open: !straight, lead: straight, list: [...uploads.get().list, ...list] });
  if (straight) setTimeout(() => uploads.get().lead && set({ open: true }), patienceMs);
  sendAll();
}

// sendAgain tries once more; replace says that other content under a version that is there is meant.
export function sendAgain(key: number, replace = false) {
  change(key, { stage: "waiting", part: 0, replace });
  sendAll();
}

export function stopSending(key: number) {
  stops.get(key)?.abort();
  if (uploads.get().list.some((s) => s.key === key && s.stage === "waiting")) change(key, { stage: "stopped" });
}

// forget takes a file that ended from the list.
export const forget = (key: number) => set({ list: uploads.get().list.filter((s) => s.key !== key) });

// forgetUploads is for when somebody logs out.
export function forgetUploads() {
  for (const stop of stops.values()) stop.abort();
  set({ open: false, lead: false, list: [] });
}

async function sendAll() {
  if (busy) return;
  busy = true;
  for (;;) {
    const next = uploads.get().list.find((s) => s.stage === "waiting");
    if (!next) break;
    await send(next);
  }
  busy = false;
}

// readable tells whether a file is still what was chosen: browsers do not read on in one that was changed since, and say no more than that the
// connection broke.
const readable = (file: File) =>
  file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );

async function send({ key, file, replace = false }: Sending) {
  const stop = new AbortController();
  stops.set(key, stop);
  change(key, { stage: "sending" });
  try {
    const uploaded = await upload(file, {
      replace,
      signal: stop.signal,
      onProgress: (part) => change(key, { part, stage: part < 1 ? "sending" : "checking" }),
    });
    change(key, { stage: "done", part: 1, uploaded });
  } catch (e) {
    const failure = asFailure(e);
    if (stop.signal.aborted) change(key, { stage: "stopped" });
    else if (failure.status === 0 && !(await readable(file))) change(key, { stage: "refused", refusal: "changed" });
    else change(key, { stage: "failed", failure });
  } finally {
    stops.delete(key);
  }
}
