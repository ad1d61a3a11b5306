/** What travels between the page and the service, exactly as the web channel speaks it. */

export type Speaker = "citizen" | "bot" | "agent" | "system";

export interface Button {
  title: string;
  payload: string;
  /** A number to phone; the button is a tel: link as well. */
  call?: string | null;
  /** What the button asks the citizen to pick; it opens the picker. */
  ask?: "location" | "photo" | null;
}

export interface Row {
  label: string;
  value: string;
}

export interface AnswerCard {
  kind: "answer";
  title: string;
  short: string;
  more: string | null;
  source: string;
  link: string | null;
}

export interface ReadbackCard {
  kind: "readback";
  rows: (Row & { payload: string | null })[];
}

export interface CaseCard {
  kind: "case";
  number: string;
  code: string | null;
  status: string;
  rows: Row[];
  note: string | null;
}

export type Card = AnswerCard | ReadbackCard | CaseCard;

export interface Place {
  lat: number;
  lng: number;
  address?: string | null;
}

/** One message of the conversation as a person sees it. */
export interface FeedEvent {
  seq: number;
  id: string | null;
  from: Speaker;
  name: string | null;
  text: string;
  at: string;
  buttons?: Button[] | null;
  card?: Card | null;
  image?: string | null;
  location?: Place | null;
  withdrawn?: boolean;
}

/** Who is in charge of the conversation, and how the service is doing. */
export interface ServiceState {
  in_charge: "bot" | "waiting" | "agent";
  agent: string | null;
  ahead: number | null;
  working: boolean;
  degraded: boolean;
}

/** What the citizen sends. */
export type Outgoing = { text: string } | { payload: string; title: string } | { location: Place } | { photo: Blob | null };

export type Delivery = "waiting" | "sending" | "sent" | "failed";

/** A message of the citizen that the feed has not shown yet. */
export interface Pending {
  id: string;
  at: string;
  what: Outgoing;
  delivery: Delivery;
  /** Why it failed, in words for the citizen. */
  problem?: string;
  /** True when sending the same thing again cannot help (too long, not a picture). */
  final?: boolean;
  seq?: number;
}

/**
 * The line to the service. `none`: nothing said yet, so no session; `lost`: shown to the citizen after a moment;
 * `ended`: the service no longer knows this session.
 */
export type Line = "none" | "connecting" | "open" | "lost" | "ended";
