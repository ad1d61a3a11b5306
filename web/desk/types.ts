/** What the desk and the service say to each other: the shapes of the desk's API, and nothing else. */

export type Channel = "line" | "telegram" | "web";
export type InCharge = "bot" | "waiting" | "agent";
export type Speaker = "citizen" | "bot" | "agent" | "system";

export interface Me {
  id: string | number;
  name: string;
  login: string;
  role: string;
  must_change_password: boolean;
}

export interface Danger {
  code: string;
  name: string;
  since: string;
  place: string | null;
}

export interface Row {
  id: string;
  channel: Channel;
  title: string;
  last: string;
  last_from: "citizen" | "agent" | "bot";
  waiting_since: string | null;
  in_charge: InCharge;
  agent: string | null;
  danger: Danger | null;
  reason: string | null;
  unread: number;
}

export interface Queue {
  now: string;
  hours: { open: boolean; text: string | null };
  waiting: Row[];
  mine: Row[];
  team: Row[];
  done_today: number;
}

export interface LabelledValue {
  label: string;
  value: string;
}

export type Card =
  | { kind: "answer"; title: string; short: string; more: string | null; source: string; link: string | null }
  | { kind: "readback"; rows: LabelledValue[] }
  | { kind: "case"; number: string; status: string; rows: LabelledValue[]; note: string | null };

export interface Understood {
  label: string;
  name: string;
  confidence: number;
  others: { name: string; confidence: number }[];
  heard: LabelledValue[];
}

export interface Message {
  seq: number;
  id: string | null;
  from: Speaker;
  name: string | null;
  text: string;
  at: string;
  buttons: { title: string }[];
  card: Card | null;
  image: string | null;
  location: { lat: number; lng: number; address: string | null } | null;
  withdrawn: boolean;
  understood?: Understood | null;
  note?: boolean;
}

export interface Packet {
  summary: string;
  reason: string;
  tried: string[];
  known: { label: string; value: string; confidence: number | null }[];
  draft: { kind: string; missing: string[] } | null;
}

export interface CaseLine {
  number: string;
  kind: string;
  place: string;
  status: string;
  opened_at: string;
}

export interface Detail {
  conversation: Row;
  messages: Message[];
  packet: Packet | null;
  cases: CaseLine[];
  token: number;
}

/** Something an agent wrote that the feed has not confirmed yet. */
export interface Outgoing {
  id: string;
  kind: "reply" | "note";
  text: string;
  at: string;
  state: "sending" | "sent" | "failed";
  error: string | null;
}
