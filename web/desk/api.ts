/** The desk's calls to the service, each failing in words that an agent can read. */
import type { Detail, Me, Queue } from "./types";

/** The service answered, and refused. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The service could not be reached, or gave no answer in time; whether it acted is unknown. */
export class Unreachable extends Error {}

const ANSWER_WITHIN_MS = 15_000;
let signedOut: () => void = () => undefined;

/** Tells the page when a session has ended under it. */
export function onSignedOut(act: () => void): void {
  signedOut = act;
}

/** The words to show for anything that was thrown by a call. */
export function wordsFor(error: unknown): string {
  if (error instanceof Refused || error instanceof Unreachable) return error.message;
  return "這一步沒有做成。請再按一次。";
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  let text: string;
  try {
    const request: RequestInit = {
      method,
      credentials: "same-origin",
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    };
    if (body !== undefined) {
      request.headers = { Accept: "application/json", "Content-Type": "application/json" };
      request.body = JSON.stringify(body);
    }
    response = await fetch(`/desk/api/${path}`, request);
    text = await response.text();
  } catch {
    throw new Unreachable("連不上客服台。請看一下網路，再按一次；打的字都還在。");
  }
  let answer: unknown = null;
  try {
    answer = text === "" ? null : JSON.parse(text);
  } catch {
    // A proxy's error page is not JSON; the status below still says what happened.
  }
  if (response.ok) return answer as T;
  const said = (answer ?? {}) as { error?: unknown; message?: unknown };
  if (response.status === 401 && path !== "session") signedOut();
  throw new Refused(
    response.status,
    typeof said.error === "string" ? said.error : `http_${response.status}`,
    typeof said.message === "string" && said.message !== "" ? said.message : fallbackWords(response.status),
  );
}

function fallbackWords(status: number): string {
  if (status === 401) return "登入時間過了。請再登入一次，打的字都還在。";
  if (status === 403) return "這個帳號不能做這件事。需要的話請找督導開權限。";
  if (status === 404) return "找不到這個對話，可能已經刪除了。";
  if (status === 409) return "這個對話現在不是您接手的。請看一下是誰在處理。";
  if (status === 429) return "試太多次了。請等一分鐘再試。";
  return "客服台這一步沒有做成，資料沒有動到。請再按一次；還是不行就找系統管理員。";
}

const at = (id: string): string => `conversations/${encodeURIComponent(id)}`;

export const api = {
  me: () => call<{ me: Me }>("GET", "me"),
  signIn: (login: string, password: string) => call<{ me: Me }>("POST", "session", { login, password }),
  signOut: () => call<null>("DELETE", "session"),
  newPassword: (old: string, fresh: string) => call<null>("POST", "password", { old, new: fresh }),
  queue: () => call<Queue>("GET", "conversations"),
  talk: (id: string, before?: number) =>
    call<Detail>("GET", before === undefined ? at(id) : `${at(id)}?before=${before}`),
  claim: (id: string) => call<{ token: number }>("POST", `${at(id)}/claim`, {}),
  reply: (id: string, message: { id: string; text: string; token: number }) =>
    call<{ seq: number }>("POST", `${at(id)}/messages`, message),
  note: (id: string, note: { id: string; text: string }) => call<{ seq: number }>("POST", `${at(id)}/notes`, note),
  giveBack: (id: string, body: { token: number; summary?: string }) => call<null>("POST", `${at(id)}/return`, body),
  close: (id: string, token: number) => call<null>("POST", `${at(id)}/close`, { token }),
};
