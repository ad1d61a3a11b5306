/**
 * What an agent has typed and not sent, kept for the one conversation it was typed in.
 *
 * Each piece lies under the agent, the conversation and the tab, so that it can neither be sent to somebody else nor turn from
 * a note into an answer. It lives as long as the browser tab: a reload and an ended session keep it, signing out removes it.
 */
import type { Outgoing } from "./types";

export type Tab = "reply" | "note";

const PREFIX = "desk.";

function keep(key: string, value: string): void {
  try {
    if (value === "") sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, value);
  } catch {
    // A full or forbidden store: the text in the box itself is still there.
  }
}

function kept(key: string): string {
  try {
    return sessionStorage.getItem(PREFIX + key) ?? "";
  } catch {
    return "";
  }
}

export class Drafts {
  constructor(private readonly agent: string) {}

  text(conversation: string, tab: Tab): string {
    return kept(`${this.agent}.text.${tab}.${conversation}`);
  }

  keepText(conversation: string, tab: Tab, text: string): void {
    keep(`${this.agent}.text.${tab}.${conversation}`, text);
  }

  /** Messages on their way; one that was under way when the page closed comes back as failed, to be sent again by hand. */
  outbox(): Record<string, Outgoing[]> {
    try {
      const stored = JSON.parse(kept(`${this.agent}.outbox`) || "{}") as Record<string, Outgoing[]>;
      for (const entries of Object.values(stored))
        for (const entry of entries)
          if (entry.state !== "failed") Object.assign(entry, { state: "failed", error: "這一頁重新開過，不確定送到了沒有。" });
      return stored;
    } catch {
      return {};
    }
  }

  keepOutbox(outbox: Record<string, Outgoing[]>): void {
    const full = Object.fromEntries(Object.entries(outbox).filter(([, entries]) => entries.length > 0));
    keep(`${this.agent}.outbox`, Object.keys(full).length > 0 ? JSON.stringify(full) : "");
  }

  /** Removes all that this agent left in this browser tab. */
  forget(): void {
    try {
      for (const key of Object.keys(sessionStorage))
        if (key.startsWith(`${PREFIX}${this.agent}.`)) sessionStorage.removeItem(key);
    } catch {
      // Nothing could have been stored either.
    }
  }
}
