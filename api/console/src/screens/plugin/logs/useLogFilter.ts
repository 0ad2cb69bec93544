import { useSearchParams } from "wouter";
import { type Filter, type Stream, streams } from "./lines";

// useLogFilter is the filter in the address: ?q=, ?stream=, ?since=.
export function useLogFilter(): [Filter, (name: "q" | "stream" | "since", value: string) => void, () => void] {
  const [params, setParams] = useSearchParams();
  const stream = params.get("stream") as Stream | null;
  const filter: Filter = {
    text: params.get("q") ?? "",
    streams: stream && streams.includes(stream) ? [stream] : streams,
    since: Math.max(0, Number(params.get("since")) || 0),
  };
  const set = (name: "q" | "stream" | "since", value: string) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return [filter, set, () => setParams({}, { replace: true })];
}
