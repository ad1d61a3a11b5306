/**
 * The line that events come in on.
 *
 * `EventSource` hides the heartbeat, so a page that slept, or a line that died without a word, looks current for ever.
 * This reads the same stream through `fetch`, counts every byte as a sign of life, and says since when it has heard nothing.
 */

export interface LiveEvents {
  /** The address to open; asked anew for each connection, so that it can carry the last id seen. */
  url(): string;
  /** The line is open. `again` is true when it had been reported as lost. */
  onOpen(again: boolean): void;
  onEvent(type: string, data: string): void;
  /** Nothing has been heard since then. */
  onLost(since: Date): void;
  /** The service refused the line for good, as it does when the session has ended. */
  onRefused?(status: number): void;
}

// The service sends a heartbeat each 15 s: two may be late, not three.
const SILENCE_MS = 40_000;
// A line that comes back at once is nobody's business.
const GRACE_MS = 1_500;
const BACKOFF_MS = [300, 1_000, 2_000, 4_000, 8_000, 10_000];

export class Live {
  private controller: AbortController | null = null;
  private retryTimer: number | undefined;
  private graceTimer: number | undefined;
  private watchTimer: number | undefined;
  private failures = 0;
  private lastHeard = Date.now();
  private lost = false;
  private stopped = true;
  private readonly wake = (): void => this.checkPulse();
  private readonly online = (): void => this.retryNow();

  constructor(private readonly events: LiveEvents) {}

  start(): void {
    this.stopped = false;
    this.watchTimer = window.setInterval(this.wake, 5_000);
    document.addEventListener("visibilitychange", this.wake);
    window.addEventListener("online", this.online);
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    window.clearInterval(this.watchTimer);
    window.clearTimeout(this.retryTimer);
    window.clearTimeout(this.graceTimer);
    document.removeEventListener("visibilitychange", this.wake);
    window.removeEventListener("online", this.online);
    this.controller?.abort();
  }

  /** Tries at once instead of waiting for the next turn; does nothing while the line is fine. */
  retryNow(): void {
    if (this.stopped || (this.controller !== null && !this.lost)) return;
    window.clearTimeout(this.retryTimer);
    this.failures = 0;
    this.controller?.abort();
    void this.connect();
  }

  private checkPulse(): void {
    if (this.controller !== null && Date.now() - this.lastHeard > SILENCE_MS) this.controller.abort();
  }

  private async connect(): Promise<void> {
    const controller = new AbortController();
    this.controller = controller;
    // Every attempt gets a full measure of silence; `since` still tells what was last heard.
    const since = this.lastHeard;
    this.lastHeard = Date.now();
    try {
      const response = await fetch(this.events.url(), {
        headers: { Accept: "text/event-stream" },
        credentials: "same-origin",
        cache: "no-store",
        signal: controller.signal,
      });
      if (!response.ok || response.body === null) {
        if (response.status === 401 || response.status === 403) {
          this.stop();
          this.events.onRefused?.(response.status);
          return;
        }
        throw new Error(`HTTP ${response.status}`);
      }
      this.opened();
      await this.read(response.body);
    } catch {
      if (this.failures > 0 || this.lost) this.lastHeard = since;
    }
    if (this.controller === controller) this.failed();
  }

  private opened(): void {
    const again = this.lost;
    window.clearTimeout(this.graceTimer);
    this.graceTimer = undefined;
    this.failures = 0;
    this.lost = false;
    this.lastHeard = Date.now();
    this.events.onOpen(again);
  }

  private failed(): void {
    this.controller = null;
    if (this.stopped) return;
    const since = new Date(this.lastHeard);
    if (!this.lost && this.graceTimer === undefined) {
      this.graceTimer = window.setTimeout(() => {
        this.graceTimer = undefined;
        this.lost = true;
        this.events.onLost(since);
      }, GRACE_MS);
    }
    const wait = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)] ?? 10_000;
    this.failures += 1;
    this.retryTimer = window.setTimeout(() => void this.connect(), wait * (0.75 + Math.random() / 2));
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    let type = "";
    let data: string[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.lastHeard = Date.now();
      rest += decoder.decode(value, { stream: true });
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          if (data.length > 0) this.events.onEvent(type || "message", data.join("\n"));
          type = "";
          data = [];
        } else if (!line.startsWith(":")) {
          const colon = line.indexOf(":");
          const field = colon < 0 ? line : line.slice(0, colon);
          const content = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
          if (field === "event") type = content;
          if (field === "data") data.push(content);
        }
      }
    }
  }
}
