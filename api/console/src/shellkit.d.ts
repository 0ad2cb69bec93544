// The other side of the page kit, which the host serves to other shells as /sdk/shell.js.
declare module "*/pages/sdk/shell.js" {
  export interface Attached {
    set(change: { theme?: "light" | "dark"; locale?: string; visible?: boolean; path?: string }): void;
    close(): void;
  }
  export type Message =
    | ["hello", null]
    | ["notify", { title: string; body: string; level: "info" | "success" | "warning" | "error"; tag: string }]
    | ["badge", number | null]
    | ["resize", { height: number }]
    | ["navigate", { url: string } | { plugin: string; path: string }];
  export function attach(
    frame: HTMLIFrameElement,
    options: {
      origin: string;
      theme?: "light" | "dark";
      locale?: string;
      visible?: boolean;
      path?: string;
      onMessage: (...message: Message) => void;
      onRefused?: (reason: string) => void;
    },
  ): Attached;
}
