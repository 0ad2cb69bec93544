/** Where a member works: what the host says about who has the page open. */
export interface Member {
  readonly user: string;
  readonly role: "admin" | "user" | "agent";
  /** Which of the plugin's views this is. */
  readonly view: "admin" | "agent";
}

export interface Notification {
  /** At most 100 characters. */
  title: string;
  /** At most 500 characters. */
  body?: string;
  level?: "info" | "success" | "warning" | "error";
  /** A notification takes the place of the one before with the same tag. */
  tag?: string;
}

/** What an event's listener is told besides the data. */
export interface About {
  readonly type: string;
  /** When the host got a desktop event, RFC 3339. */
  readonly time?: string;
}

export type DesktopEvent = "screenPop" | `call.${string}` | `chat.${string}`;

export interface Zone {
  readonly member: Member;
  readonly plugin: { readonly id: string; readonly version: string };
  /** The plugin's settings with their defaults, without those that are writeOnly. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** True in the simulator without a host: nothing of this is real. */
  readonly simulated: boolean;
  /** True if a shell shows the page: notify, badge, resize and navigate reach it. */
  readonly shell: boolean;
  readonly theme: "light" | "dark";
  /** A BCP 47 tag such as "en" or "de-CH". */
  readonly locale: string;
  /** False while the page is in the background. */
  readonly visible: boolean;
  /** What another page asked this one to show, null for nothing. It is that page's text: check it. */
  readonly path: string | null;

  /** The address of a path of this plugin; "/api" and "api" are the same. Throws TypeError for what leads out of it. */
  url(path?: string): string;
  /** The same for new WebSocket(...). */
  socketURL(path?: string): string;
  /** fetch to this plugin's own program and files. */
  fetch(path: string, init?: RequestInit): Promise<Response>;

  /** Each of these tells whether a shell was there to be asked; what it does is its decision. */
  notify(notification: Notification): boolean;
  /** A number from 0 to 9999 on the plugin's entry in the sidebar; null takes it away. */
  badge(n: number | null): boolean;
  resize(size: { height: number }): boolean;
  /** Another plugin's page, or another site in a new window. */
  navigate(to: { plugin: string; path?: string } | `http://${string}` | `https://${string}`): boolean;
  /** Follows the height of the document until the returned function is called. */
  autoResize(): () => void;

  /** Calls listener at each event until the returned function is called. */
  on(event: "theme", listener: (theme: "light" | "dark", about: About) => void): () => void;
  on(event: "locale", listener: (locale: string, about: About) => void): () => void;
  on(event: "visibility", listener: (visible: boolean, about: About) => void): () => void;
  on(event: "navigate", listener: (path: string, about: About) => void): () => void;
  /** Desktop events were missed: that many, or null for nobody knows. Ask your own program what is true now. */
  on(event: "lost", listener: (lost: { count: number | null }, about: About) => void): () => void;
  /** Desktop events, which the plugin has to be granted. "call.*" is all that begin with "call.". */
  on(event: DesktopEvent, listener: (data: Readonly<Record<string, unknown>>, about: About) => void): () => void;
}

/** Resolves, once for the page, to what the page knows and can do. Rejects where no host answers, or the member lost the plugin. */
export function appzone(): Promise<Zone>;
