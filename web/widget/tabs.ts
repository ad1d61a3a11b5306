/**
 * Lets one tab hold the stream and the others listen to it.
 *
 * Browsers allow six connections per host over HTTP/1.1, all tabs together: with a stream each, the seventh tab of a
 * city's site would hang. The tab the citizen looks at takes the lead (Web Locks); the rest hear it by BroadcastChannel.
 * Where a browser has no Web Locks, every tab leads itself.
 */
import type { FeedEvent, Line, ServiceState } from "./types";

export type Whisper =
  | { kind: "hello"; after: number }
  | { kind: "events"; events: FeedEvent[]; previous: number }
  | { kind: "state"; state: ServiceState }
  | { kind: "line"; line: Line }
  | { kind: "begun" }
  | { kind: "gone" };

export class Tabs {
  leading = false;
  #wanted = false;
  #stealing = false;
  #queue: AbortController | null = null;
  #release: (() => void) | null = null;
  #channel: BroadcastChannel | null = null;

  constructor(
    private readonly name: string,
    private readonly heard: (whisper: Whisper) => void,
    private readonly changed: () => void,
  ) {}

  join(): void {
    this.#wanted = true;
    if (!this.#channel && typeof BroadcastChannel === "function") {
      this.#channel = new BroadcastChannel(this.name);
      this.#channel.onmessage = (message: MessageEvent<Whisper>) => this.heard(message.data);
    }
    if (document.visibilityState === "visible") this.takeLead();
    else this.#wait();
  }

  leave(): void {
    this.#wanted = false;
    this.#queue?.abort();
    this.#release?.();
    this.#channel?.close();
    this.#channel = null;
  }

  whisper(whisper: Whisper): void {
    this.#channel?.postMessage(whisper);
  }

  /** Called when the citizen looks at this tab. */
  takeLead(): void {
    if (!this.#wanted || this.leading || this.#stealing) return;
    if (!navigator.locks || !this.#channel) {
      this.#lead(true);
      return;
    }
    this.#queue?.abort();
    this.#queue = null;
    this.#stealing = true;
    void this.#hold({ steal: true });
  }

  #wait(): void {
    if (!this.#wanted || this.leading || this.#stealing || this.#queue) return;
    if (!navigator.locks || !this.#channel) {
      this.#lead(true);
      return;
    }
    this.#queue = new AbortController();
    void this.#hold({ signal: this.#queue.signal });
  }

  async #hold(options: LockOptions): Promise<void> {
    const { signal } = options;
    try {
      await navigator.locks.request(this.name, options, () => {
        if (options.steal) this.#stealing = false;
        else this.#queue = null;
        if (!this.#wanted) return;
        return new Promise<void>((release) => {
          this.#release = release;
          this.#lead(true);
        });
      });
    } catch {
      // The wait was given up for a steal, or another tab took the lead.
      if (signal?.aborted) return;
    }
    this.#stealing = false;
    this.#release = null;
    this.#lead(false);
    this.#wait();
  }

  #lead(now: boolean): void {
    if (this.leading === now) return;
    this.leading = now;
    this.changed();
  }
}
