// What a program in Node.js has on App Zone beside Node's own. Refer to it from a program with
//   /// <reference path="../appzone.d.ts" />

declare namespace AppZone {
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

  /** A request of `node:http` and of what stands on it (Express, Fastify, Koa), or one as `fetch` has it. */
  type AnyRequest = { readonly headers: { get(name: string): string | null } | { readonly [name: string]: string | string[] | undefined } };
}

/** There in the program, in its worker threads, and within the walls in the Node.js programs that it starts. */
declare const appzone: {
  /**
   * Who makes the request, as the host signed (`X-AppZone-Identity`): its signature, its time, and that it is for this plugin are
   * verified. Rejects with the code `EACCES` and the reason where it does not hold. Takes the token itself, too.
   */
  identity(request: AppZone.AnyRequest | string): Promise<AppZone.Identity>;
};
