/** The parts of LINE's message objects that the simulator can draw, read from JSON that it did not write. */

export interface Action {
  type: string;
  label?: string;
  text?: string;
  data?: string;
  displayText?: string;
  uri?: string;
}

export interface QuickReply {
  items: { type: string; imageUrl?: string; action: Action }[];
}

/** A LINE message object; only `type` is sure. */
export interface LineMessage {
  type: string;
  quickReply?: QuickReply;
  [field: string]: unknown;
}

export interface MessageEvent {
  n: number;
  kind: "message";
  from: "citizen" | "account";
  via: "reply" | "push" | null;
  message: LineMessage;
  sender: { name: string } | null;
  at: string;
}

export interface CallEvent {
  n: number;
  kind: "call";
  method: string;
  path: string;
  request: unknown;
  response?: unknown;
  status: number;
  at: string;
}

export interface LoadingEvent {
  n: number;
  kind: "loading";
  seconds: number;
}

export type SimulatorEvent = MessageEvent | CallEvent | LoadingEvent;

/** A field as text, or nothing when it is something else. */
export const textOf = (source: Record<string, unknown>, field: string): string =>
  typeof source[field] === "string" ? source[field] : "";

/** A field as a list of objects. */
export function listOf<Item = Record<string, unknown>>(source: Record<string, unknown>, field: string): Item[] {
  const value = source[field];
  return Array.isArray(value) ? (value.filter((item) => typeof item === "object" && item !== null) as Item[]) : [];
}

/** A field as an object. */
export function objectOf(source: Record<string, unknown>, field: string): Record<string, unknown> | null {
  const value = source[field];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

/** What a button says. */
export const labelOf = (action: Action): string => action.label ?? action.text ?? action.displayText ?? "（沒有字）";

/** A picture that this page may load, or nothing: the page's policy allows only our own. */
export function ownPicture(address: string): string | null {
  if (address === "") return null;
  try {
    const url = new URL(address, location.href);
    return url.origin === location.origin && /^(https?|blob):$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
