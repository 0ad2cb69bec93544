import { createParser, type EventSourceMessage } from "eventsource-parser";
import { failureOf } from "./failure";

const retryMs = [500, 1000, 2000, 5000];

export interface Following {
  // onOpen is called when an answer has begun; again tells that it is not the first.
  onOpen?(again: boolean): void;
  onMessage(message: EventSourceMessage): void;
  // onLost is called when the stream broke and is about to be asked for again.
  onLost?(): void;
  // onRefused is called when the host refuses the stream with a status of 400 to 499 other than 429, and ends it.
  onRefused?(failure: ReturnType<typeof failureOf>): void;
}

// follow reads server-sent events until it is stopped, which it returns. After a break it asks for what came since (Last-Event-ID). It is no
// EventSource because that tells neither why a stream was refused nor events whose names are not known before.
export function follow(url: string, to: Following): () => void {
  const stopped = new AbortController();
  let lastId = "";
  let opened = false;

  async function read() {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (lastId) headers["last-event-id"] = lastId;
    const r = await fetch(url, { headers, signal: stopped.signal });
    if (!r.ok || !r.body) {
      const failure = failureOf(r.status, await r.json().catch(() => null), r.headers);
      if (r.status >= 400 && r.status < 500 && r.status !== 429) {
        stopped.abort();
        to.onRefused?.(failure);
      }
      throw failure;
    }
    to.onOpen?.(opened);
    opened = true;
    const parser = createParser({
      onEvent(message) {
        if (message.id) lastId = message.id;
        to.onMessage(message);
      },
    });
    const text = r.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await text.read();
      if (done) return;
      parser.feed(value);
    }
  }

  async function run() {
    for (let tries = 0; !stopped.signal.aborted; ) {
      const was = Date.now();
      await read().catch(() => {});
      if (stopped.signal.aborted) return;
      to.onLost?.();
      tries = Date.now() - was > 10_000 ? 0 : tries + 1;
      await new Promise((done) => setTimeout(done, retryMs[Math.min(tries, retryMs.length - 1)]));
    }
  }
  run();
  return () => stopped.abort();
}
