import createClient from "openapi-fetch";
import { Failure, failureOf, unreachable } from "./failure";
import type { components, paths } from "./schema.gen";

// Schema are the types of the OpenAPI document.
export type Schema = components["schemas"];

const reach = (request: Request) => fetch(request).catch((e) => Promise.reject(new Failure(0, unreachable, String(e?.message ?? e))));

// api makes requests, typed by the OpenAPI document: done(api.GET("/api/v1/me")).
export const api = createClient<paths>({ fetch: reach });

type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

// done is the body of an answer that succeeded; else it throws a Failure.
export async function done<T>(answer: Answer<T>): Promise<T> {
  return (await tagged(answer)).data;
}

// Tagged is a document and the ETag that a change of it sends back as If-Match.
export interface Tagged<T> {
  data: T;
  etag: string;
}

// tagged is done with the ETag.
export async function tagged<T>(answer: Answer<T>): Promise<Tagged<T>> {
  const { data, error, response } = await answer;
  if (!response.ok) {
    throw refused(response, error);
  }
  return { data: data as T, etag: response.headers.get("etag") ?? "" };
}

// raw is a request of what is no JSON document; like done it throws a Failure where it does not succeed.
export async function raw(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await reach(new Request(url, init));
  if (response.ok) return response;
  throw refused(response, await response.json().catch(() => null));
}

function refused(response: Response, body: unknown): Failure {
  if (response.status === 401) for (const hear of onSignedOut) hear();
  return failureOf(response.status, body, response.headers);
}

// onSignedOut are told of every answer that says that nobody is logged in.
export const onSignedOut = new Set<() => void>();

// all reads the pages of a list, at most 20 of them.
export async function all<T>(page: (cursor: string | undefined) => Answer<{ items: T[]; next: string | null }>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < 20; n++) {
    const answer = await done(page(cursor));
    items.push(...answer.items);
    if (!answer.next) break;
    cursor = answer.next;
  }
  return items;
}
