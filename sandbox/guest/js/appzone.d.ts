// What a plugin in JavaScript has on App Zone, beside the web's own interfaces. Refer to it from a program with
//   /// <reference path="../appzone.d.ts" />
// and annotate the default export: /** @type {AppZone.Plugin} */

declare namespace AppZone {
  /** A plugin: the default export of its program. */
  interface Plugin<Settings = Record<string, unknown>> {
    /** Answers a request. Requests overlap at every await. */
    fetch(request: Request, env: Env<Settings>, context: Context): Response | Promise<Response>;
    /** Is called before the instance ends, within the grace of the manifest (`parameters.stop.graceSeconds`). */
    stop?(env: Env<Settings>): void | Promise<void>;
  }

  interface Env<Settings = Record<string, unknown>> {
    readonly plugin: { readonly id: string; readonly version: string };
    /** The settings as they are now; another object once they have changed. */
    readonly settings: Readonly<Settings>;
    readonly storage: Storage;
    readonly files: Files;
    /**
     * Who makes the request, as the host signed (`X-AppZone-Identity`): its signature, its time, and that it is for this plugin are
     * verified. Rejects with the code `EACCES` and the reason where it does not hold. Takes the token itself, too.
     */
    identity(request: Request | string): Promise<Identity>;
    /** Ends the instance at once. A code other than 0 is a failure, after which the host may start it again. */
    exit(code?: number): never;
  }

  interface Identity {
    /** The member's name, or `plugin:` and the id of a plugin. */
    readonly user: string;
    readonly role: "admin" | "user" | "agent" | "plugin";
    /** What to remember who asks by; now the same as `user`. */
    readonly subject: string;
    /** The public URL of the host that says so. */
    readonly issuer: string;
    /** Seconds since 1970. */
    readonly issuedAt: number;
    readonly expiresAt: number;
  }

  interface Context {
    /** A graceful stop waits for the promise. */
    waitUntil(promise: Promise<unknown>): void;
  }

  /** Keys (1 to 150 bytes) and values (at most 8 MiB), kept across restarts and versions. Errors have a `code`, such as `ENOSPC`. */
  interface Storage {
    get(key: string, type?: "text"): Promise<string | null>;
    get(key: string, type: "bytes"): Promise<Uint8Array | null>;
    get(key: string, type: "arrayBuffer"): Promise<ArrayBuffer | null>;
    get<T = unknown>(key: string, type: "json"): Promise<T | null>;
    /** Replaces the value as a whole. */
    put(key: string, value: string | ArrayBuffer | ArrayBufferView): Promise<void>;
    /** Succeeds also where there is no such key. */
    delete(key: string): Promise<void>;
    /** Keys in order, at most `limit` (1000) of those that begin with `prefix` and come after `after`. */
    list(options?: { prefix?: string; after?: string; limit?: number }): Promise<{ keys: string[]; complete: boolean }>;
  }

  /** The files of the plugin's zip. */
  interface Files {
    get(path: string, type?: "text"): Promise<string | null>;
    get(path: string, type: "bytes"): Promise<Uint8Array | null>;
  }

  /** What a failed `fetch` or storage call throws has such a code, or none. */
  type ErrorCode =
    | "EACCES" | "ECONNREFUSED" | "ECONNRESET" | "ETIMEDOUT" | "EHOSTUNREACH" | "ENETUNREACH" | "ENOTFOUND" | "EAI_AGAIN"
    | "EMFILE" | "EAGAIN" | "EINVAL" | "EMSGSIZE" | "ENOSPC" | "EIO" | "ENOMEM" | "ECANCELED" | "ERR_NETWORK" | "ERR_REDIRECT";
}

/** The same as the handler's second argument, for code at the top of the module. */
declare const appzone: AppZone.Env;
