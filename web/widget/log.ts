/**
 * Turns the feed into what is drawn: days, turns, and for each message whether its buttons are still the current ones.
 *
 * Pure, so that what a citizen sees can be reasoned about without a browser.
 */
import { dayOf } from "./time";
import type { Button, FeedEvent, Pending, Speaker } from "./types";

export interface Message {
  key: string;
  event: FeedEvent;
  /** Set while the message has not come back from the service. */
  pending: Pending | null;
  /** Its buttons are the ones to press now. */
  current: boolean;
  /** For a read-back: when it was sent as a report, once a case number came of it. */
  sentAt: string | null;
}

export interface Turn {
  key: string;
  from: Speaker;
  name: string | null;
  messages: Message[];
}

export interface Day {
  day: string;
  turns: Turn[];
}

/** The citizen's own message as it will look once the service has taken it. */
export function asEvent(entry: Pending): FeedEvent {
  const { what } = entry;
  const text = "text" in what ? what.text : "payload" in what ? what.title : "";
  return {
    seq: Number.MAX_SAFE_INTEGER,
    id: entry.id,
    from: "citizen",
    name: null,
    text,
    at: entry.at,
    location: "location" in what ? what.location : null,
    image: "photo" in what ? "" : null,
  };
}

const pressed = (buttons: Button[] | null | undefined, later: FeedEvent[]): boolean =>
  later.some((event) => event.from === "citizen" && (buttons ?? []).some((button) => button.title === event.text));

export function days(events: FeedEvent[], pending: Pending[]): Day[] {
  const all = [...events, ...pending.map(asEvent)];
  const lastAnswer = all.findLast((event) => event.from === "bot" && !event.withdrawn);
  const result: Day[] = [];
  all.forEach((event, index) => {
    const day = dayOf(event.at);
    let group = result.at(-1);
    if (!group || group.day !== day) result.push((group = { day, turns: [] }));
    const key = event.id ?? `n${event.seq}`;
    let turn = group.turns.at(-1);
    if (!turn || turn.from !== event.from || turn.name !== event.name || event.from === "system") {
      group.turns.push((turn = { key, from: event.from, name: event.name, messages: [] }));
    }
    turn.messages.push({
      key,
      event,
      pending: pending.find((entry) => entry.id === event.id) ?? null,
      current: event === lastAnswer && current(event, all.slice(index + 1)),
      sentAt: event.card?.kind === "readback" ? sentAt(all, index) : null,
    });
  });
  return result;
}

/** The last answer's buttons stand until one is pressed or a person takes over. */
const current = (event: FeedEvent, later: FeedEvent[]): boolean =>
  !pressed(event.buttons, later) && !later.some((other) => other.from === "agent");

/** A read-back was sent when a case number followed before another read-back; at the citizen's last word before it. */
function sentAt(all: FeedEvent[], index: number): string | null {
  let said: string | null = null;
  for (const event of all.slice(index + 1)) {
    if (event.card?.kind === "readback") return null;
    if (event.card?.kind === "case" && event.card.code) return said;
    if (event.from === "citizen") said = event.at;
  }
  return null;
}

/** The conversation as a text file, in the order it was said. */
export function asText(events: FeedEvent[], who: (event: FeedEvent) => string, time: (at: string) => string): string {
  const lines: string[] = [];
  let day = "";
  for (const event of events) {
    if (event.withdrawn) continue;
    if (dayOf(event.at) !== day) {
      day = dayOf(event.at);
      lines.push(day, "");
    }
    const extra = event.image ? "（照片）" : event.location ? `（位置 ${event.location.lat}, ${event.location.lng}）` : "";
    lines.push(`${time(event.at)} ${who(event)}：${event.text}${extra}`, "");
  }
  return lines.join("\r\n");
}
