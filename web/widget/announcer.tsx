/**
 * Tells screen readers what is new, and only that.
 *
 * A live region around the whole transcript would read old messages, times and button labels again; so the transcript is
 * silent, and each new message is put here once, with who speaks.
 */
import { useEffect, useState } from "preact/hooks";
import type { Conversation } from "./conversation";
import { speaker } from "./messages";
import type { FeedEvent } from "./types";
import { words } from "./words";

const KEPT_MS = 10_000;

function spoken(event: FeedEvent): string {
  const text = event.text || (event.image ? words.photoOf(speaker(event)) : event.location ? words.location : "");
  return event.from === "system" ? text : `${speaker(event)}：${text}`;
}

export function Announcer({ conversation, open }: { conversation: Conversation; open: boolean }) {
  const [entries, setEntries] = useState<{ seq: number; text: string }[]>([]);
  useEffect(() => {
    if (!open) return;
    return conversation.onNew((event) => {
      const entry = { seq: event.seq, text: spoken(event) };
      setEntries((known) => [...known, entry]);
      window.setTimeout(() => setEntries((known) => known.filter((other) => other !== entry)), KEPT_MS);
    });
  }, [conversation, open]);
  return (
    <div class="sr" role="log" aria-live="polite" aria-relevant="additions" aria-label={words.news}>
      {entries.map((entry) => (
        <p key={entry.seq}>{entry.text}</p>
      ))}
    </div>
  );
}
