// A Failure is any request that did not do what it should: a problem document (RFC 9457) of the host, or no answer at all.
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly requestId = "",
    readonly fields: { field: string; message: string }[] = [],
    readonly step = "",
    readonly output: string[] = [],
    readonly retryAfterSeconds = 0,
  ) {
    super(detail);
  }
}

// unreachable is the code of a request that had no answer.
export const unreachable = "unreachable";

const text = (v: unknown) => (typeof v === "string" ? v : "");

// failureOf makes a Failure of an answer's body, which may be anything where a proxy answered.
export function failureOf(status: number, body: unknown, headers?: Headers): Failure {
  const p = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  return new Failure(
    status,
    text(p.code) || `http_${status}`,
    text(p.detail) || text(p.title),
    text(p.requestId) || (headers?.get("x-request-id") ?? ""),
    Array.isArray(p.errors) ? p.errors : [],
    text(p.step),
    Array.isArray(p.output) ? p.output : [],
    Number(headers?.get("retry-after")) || 0,
  );
}

// asFailure is for what was caught.
export function asFailure(e: unknown): Failure {
  if (e instanceof Failure) return e;
  return new Failure(0, unreachable, e instanceof Error ? e.message : String(e));
}
