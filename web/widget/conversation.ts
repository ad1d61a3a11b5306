/**
 * The conversation as this browser knows it, and its two ways out: a stream down, posts up.
 *
 * **How a message comes in.** The service numbers every message. The stream is asked for everything after the last number
 * seen, so that a cut line loses nothing; a number seen before is not drawn again. Only the leading tab (tabs.ts) holds the
 * stream, and repeats what it hears to the others.
 *
 * **How a message goes out.** It gets an id here and is drawn at once. Messages leave one at a time, in order; what meets
 * no line waits and is sent again with the same id, which the service recognises. It is settled when the stream brings it back.
 *
 * **When the line is cut.** The stream is tried again with a growing, random pause, and at once when the browser says that
 * it is online or that somebody looks at the page. A stream without a heartbeat counts as cut.
 */
import { follow, type ServerEvent } from "./sse";
import { dropAllPhotos, dropPhoto, keepPhoto, keptPhoto, lasting } from "./storage";
import { Tabs, type Whisper } from "./tabs";
import type { Delivery, FeedEvent, Line, Outgoing, Pending, ServiceState } from "./types";
import { PHOTO_LIMIT, words } from "./words";

const SILENCE_MS = 40_000; // two heartbeats and a half
const STALE_MS = 20_000; // older than this, a stream is not trusted when somebody looks again
const POST_TIMEOUT_MS = 15_000;
const PHOTO_TIMEOUT_MS = 60_000;
const OFFLINE_AFTER_MS = 2_000;
const BACK_SHOWN_MS = 5_000;
const TRIES_WITH_A_LINE = 3;

const QUIET: ServiceState = { in_charge: "bot", agent: null, ahead: null, working: false, degraded: false };

const pause = (failures: number) => 200 + Math.random() * Math.min(20_000, 400 * 2 ** failures);

/** The service refused for good; `words` are for the citizen. */
class Refused extends Error {
  constructor(readonly words: string) {
    super(words);
  }
}
/** The service does not know the session any more. */
class SessionOver extends Error {}

interface Stored {
  id: string;
  at: string;
  what: { text: string } | { payload: string; title: string } | { location: { lat: number; lng: number } } | { photo: null };
  photoId?: string;
}

export class Conversation {
  events: FeedEvent[] = [];
  pending: Pending[] = [];
  state: ServiceState = QUIET;
  line: Line = "none";
  /** The citizen has been told that the line is cut. */
  offline = false;
  /** The line has just come back and nothing is missing any more. */
  back = false;
  /** The history of an earlier visit is still coming in. */
  loading = false;
  forgotten = false;
  read = 0;

  #token: string | null = null;
  #stream: AbortController | null = null;
  #lastByte = 0;
  #failures = 0;
  #wake: (() => void) | null = null;
  #history = false;
  #flushing = false;
  #flushTimer = 0;
  #offlineTimer = 0;
  #backTimer = 0;
  #quietTimer = 0;
  #watchdog = 0;
  #tries = new Map<string, number>();
  #photoIds = new Map<string, string>();
  #pictures = new Map<string, string>();
  #settled = new Set<string>();
  #tabs: Tabs;
  #listeners = new Set<() => void>();
  #newcomers = new Set<(event: FeedEvent) => void>();
  #planned = false;

  constructor(readonly base: string) {
    this.#tabs = new Tabs(`hotline${base}`, (whisper) => this.#heard(whisper), () => this.#leadChanged());
  }

  // ── what the page asks ──

  /** Called after anything changed. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called once for each message that is really new, never for history. */
  onNew(listener: (event: FeedEvent) => void): () => void {
    this.#newcomers.add(listener);
    return () => this.#newcomers.delete(listener);
  }

  start(): void {
    this.#token = lasting.get(this.#key("token"));
    this.read = Number(lasting.get(this.#key("read")) ?? 0);
    this.#adoptOutbox();
    window.addEventListener("online", this.#look);
    window.addEventListener("pageshow", this.#look);
    document.addEventListener("visibilitychange", this.#look);
    window.addEventListener("offline", this.#cut);
    window.addEventListener("storage", this.#storageChanged);
    this.#watchdog = window.setInterval(() => {
      if (this.line === "open" && this.#tabs.leading && Date.now() - this.#lastByte > SILENCE_MS) this.#stream?.abort();
    }, 5_000);
    if (this.#token) {
      this.#history = true;
      this.loading = true;
      this.#setLine("connecting");
      this.#tabs.join();
      this.#tabs.whisper({ kind: "hello", after: 0 });
    } else if (this.pending.length > 0) {
      void this.#flush();
    }
  }

  stop(): void {
    window.removeEventListener("online", this.#look);
    window.removeEventListener("pageshow", this.#look);
    document.removeEventListener("visibilitychange", this.#look);
    window.removeEventListener("offline", this.#cut);
    window.removeEventListener("storage", this.#storageChanged);
    for (const timer of [this.#flushTimer, this.#offlineTimer, this.#backTimer, this.#quietTimer]) window.clearTimeout(timer);
    window.clearInterval(this.#watchdog);
    this.#tabs.leave();
    this.#stream?.abort();
    this.#stream = null;
  }

  get lastSeq(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  get unread(): number {
    return this.events.filter((event) => event.seq > this.read && event.from !== "citizen" && !event.withdrawn).length;
  }

  /** The citizen has seen everything there is. */
  markRead(): void {
    if (this.loading || this.lastSeq <= this.read) return;
    this.read = this.lastSeq;
    lasting.set(this.#key("read"), String(this.read));
    this.#changed();
  }

  say(what: Outgoing): void {
    const id = crypto.randomUUID?.() ?? fallbackId();
    const delivery: Delivery = this.line === "lost" || this.line === "ended" ? "waiting" : "sending";
    this.pending = [...this.pending, { id, at: new Date().toISOString(), what, delivery }];
    this.forgotten = false;
    if ("photo" in what && what.photo) {
      this.#pictures.set(id, URL.createObjectURL(what.photo));
      void keepPhoto(id, what.photo);
    }
    this.#saveOutbox();
    this.#changed();
    void this.#flush();
  }

  retry(id: string): void {
    this.#tries.delete(id);
    this.#update(id, { delivery: this.line === "lost" ? "waiting" : "sending" });
    void this.#flush();
  }

  discard(id: string): void {
    this.#settle(id);
    this.#saveOutbox();
    this.#changed();
  }

  /** Ends the session and forgets it, here and in the service. False when the service could not be reached. */
  async forget(): Promise<boolean> {
    if (this.#token) {
      try {
        const answer = await this.#call("/chat/session", { method: "DELETE" });
        if (!answer.ok && ![401, 403, 404].includes(answer.status)) return false;
      } catch {
        return false;
      }
    }
    this.#tabs.whisper({ kind: "gone" });
    this.#clear();
    this.forgotten = true;
    this.#changed();
    return true;
  }

  /** After the service has ended a session: a fresh one, into which unsent words are carried. */
  startAgain(): void {
    const carried = this.pending.filter((entry) => !("payload" in entry.what));
    this.events = [];
    this.state = QUIET;
    this.read = 0;
    lasting.set(this.#key("read"), null);
    this.pending = carried.map((entry) => ({ ...entry, delivery: "sending" as const }));
    this.#setLine("none");
    this.#saveOutbox();
    this.#changed();
    void this.#flush();
  }

  /** The picture of a message as an address the page may draw: kept here, or fetched with the token. */
  async picture(id: string | null, path: string | null): Promise<string> {
    const key = (id && this.#pictures.has(id) ? id : path) ?? id ?? "";
    const known = this.#pictures.get(key);
    if (known) return known;
    let blob: Blob | null = null;
    if (path) {
      const answer = await this.#call(path, {});
      if (!answer.ok) throw new Error(String(answer.status));
      blob = await answer.blob();
    } else if (id) {
      blob = await keptPhoto(id);
    }
    if (!blob) throw new Error("gone");
    const address = URL.createObjectURL(blob);
    this.#pictures.set(key, address);
    return address;
  }

  pictureNow(id: string | null, path: string | null): string | null {
    return (id ? this.#pictures.get(id) : undefined) ?? (path ? this.#pictures.get(path) : undefined) ?? null;
  }

  // ── up: posts ──

  async #flush(): Promise<void> {
    if (this.#flushing || this.line === "ended") return;
    this.#flushing = true;
    window.clearTimeout(this.#flushTimer);
    try {
      for (;;) {
        const next = this.pending.find((entry) => entry.delivery === "waiting" || entry.delivery === "sending");
        if (!next) break;
        if (!(await this.#deliver(next))) break;
      }
    } finally {
      this.#flushing = false;
    }
    this.#maybeBack();
  }

  /** Sends one message; false when the ones behind it have to wait. */
  async #deliver(entry: Pending): Promise<boolean> {
    try {
      if (!this.#token) await this.#open();
      this.#update(entry.id, { delivery: "sending" });
      const body = await this.#body(entry);
      const answer = await this.#call("/chat/messages", { method: "POST", body: JSON.stringify({ id: entry.id, ...body }) });
      const { seq } = (await this.#accepted(answer)) as { seq: number };
      this.#tries.delete(entry.id);
      if (this.events.some((event) => event.id === entry.id)) this.#settle(entry.id);
      else this.#update(entry.id, { delivery: "sent", seq });
      this.#saveOutbox();
      this.#changed();
      if (this.line === "lost") this.#wake?.();
      return true;
    } catch (error) {
      if (error instanceof SessionOver) {
        this.#over();
        return false;
      }
      if (error instanceof Refused) {
        this.#update(entry.id, { delivery: "failed", problem: error.words, final: true });
        this.#saveOutbox();
        return true;
      }
      const tries = (this.#tries.get(entry.id) ?? 0) + 1;
      this.#tries.set(entry.id, tries);
      if (this.line === "open" && tries >= TRIES_WITH_A_LINE) {
        const problem = "photo" in entry.what ? words.photoFailed : words.failed;
        this.#update(entry.id, { delivery: "failed", problem });
        return true;
      }
      if (this.line !== "open") {
        this.#update(entry.id, { delivery: "waiting" });
        if (!this.#token) this.#setLine("lost");
      }
      this.#flushTimer = window.setTimeout(() => void this.#flush(), pause(Math.min(tries, 5)));
      return false;
    }
  }

  async #body(entry: Pending): Promise<object> {
    const { what } = entry;
    if ("payload" in what) return { payload: what.payload };
    if (!("photo" in what)) return what;
    let photo = this.#photoIds.get(entry.id);
    if (!photo) {
      const blob = what.photo ?? (await keptPhoto(entry.id));
      if (!blob) throw new Refused(words.photoLost);
      if (blob.size > PHOTO_LIMIT) throw new Refused(words.photoTooBig);
      const answer = await this.#call("/chat/photos", {
        method: "POST",
        body: blob,
        headers: { "Content-Type": blob.type || "image/jpeg" },
        timeout: PHOTO_TIMEOUT_MS,
      });
      photo = ((await this.#accepted(answer)) as { photo: string }).photo;
      this.#photoIds.set(entry.id, photo);
    }
    return { photo };
  }

  async #accepted(answer: Response): Promise<unknown> {
    if (answer.ok) return answer.json();
    if (answer.status === 401) throw new SessionOver();
    if ([400, 403, 404, 405, 409, 413, 415, 422].includes(answer.status)) {
      const said = (await answer.json().catch(() => null)) as { message?: string } | null;
      throw new Refused(said?.message || words.failed);
    }
    throw new Error(String(answer.status));
  }

  /** Opens a session; tabs take turns, so that they do not open two. */
  async #open(): Promise<void> {
    const open = async () => {
      this.#token = lasting.get(this.#key("token"));
      if (this.#token) return;
      const answer = await this.#call("/chat/session", { method: "POST", body: "{}" });
      if (!answer.ok) throw new Error(String(answer.status));
      this.#token = ((await answer.json()) as { token: string }).token;
      lasting.set(this.#key("token"), this.#token);
    };
    if (navigator.locks) await navigator.locks.request(`hotline-session${this.base}`, open);
    else await open();
    this.#history = false;
    this.#setLine("connecting");
    this.#tabs.join();
    this.#tabs.whisper({ kind: "begun" });
    void this.#listen();
  }

  async #call(path: string, options: RequestInit & { timeout?: number }): Promise<Response> {
    const giveUp = new AbortController();
    const timer = window.setTimeout(() => giveUp.abort(), options.timeout ?? POST_TIMEOUT_MS);
    const headers: Record<string, string> = { ...(options.headers as Record<string, string> | undefined) };
    if (this.#token) headers["Authorization"] = `Bearer ${this.#token}`;
    if (typeof options.body === "string") headers["Content-Type"] = "application/json";
    try {
      return await fetch(this.base + path, {
        method: options.method ?? "GET",
        body: options.body ?? null,
        headers,
        cache: "no-store",
        credentials: "omit",
        signal: giveUp.signal,
      });
    } finally {
      window.clearTimeout(timer);
    }
  }

  // ── down: the stream ──

  async #listen(): Promise<void> {
    if (this.#stream || !this.#tabs.leading || !this.#token || this.line === "ended") return;
    const token = this.#token;
    for (;;) {
      const stream = new AbortController();
      this.#stream = stream;
      try {
        const answer = await fetch(`${this.base}/chat/events?after=${this.lastSeq}`, {
          headers: { Authorization: `Bearer ${token}`, Accept: "text/event-stream" },
          cache: "no-store",
          credentials: "omit",
          signal: stream.signal,
        });
        if (answer.status === 204 || answer.status === 401) {
          if (this.#stream === stream) this.#over();
          return;
        }
        if (!answer.ok || !answer.body) throw new Error(String(answer.status));
        this.#lastByte = Date.now();
        this.#setLine("open");
        this.#expectQuiet(1_500);
        void this.#flush();
        await follow(
          answer.body,
          (event) => this.#received(event),
          () => {
            this.#lastByte = Date.now();
            this.#failures = 0;
          },
        );
      } catch {
        // The line was cut, or we cut it ourselves.
      }
      // Another stream, or none, has taken this one's place: its end is no news.
      if (this.#stream !== stream) return;
      this.#setLine("lost");
      await this.#sleep(pause(this.#failures++));
      if (this.#stream !== stream) return;
    }
  }

  #received(message: ServerEvent): void {
    let data: unknown;
    try {
      data = JSON.parse(message.data);
    } catch {
      return;
    }
    if (message.event === "state") {
      this.state = { ...QUIET, ...(data as Partial<ServiceState>) };
      this.#tabs.whisper({ kind: "state", state: this.state });
      this.#expectQuiet(250);
      this.#changed();
      return;
    }
    if (message.event !== "message") return;
    const event = data as FeedEvent;
    if (typeof event.seq !== "number") return;
    const previous = this.lastSeq;
    this.#take(event);
    this.#tabs.whisper({ kind: "events", events: [event], previous });
    if (this.#history) this.#expectQuiet(250);
    this.#maybeBack();
  }

  /** Files one message under its number; a number seen before replaces what was there and is not news. */
  #take(event: FeedEvent): void {
    const at = this.events.findIndex((known) => known.seq >= event.seq);
    const known = at >= 0 && this.events[at]?.seq === event.seq;
    const events = [...this.events];
    if (at < 0) events.push(event);
    else events.splice(at, known ? 1 : 0, event);
    this.events = events;
    if (event.id && this.pending.some((entry) => entry.id === event.id)) {
      this.#settle(event.id);
      this.#saveOutbox();
    }
    if (!known && !this.#history) for (const tell of this.#newcomers) tell(event);
    this.#changed();
  }

  /** History ends when the first state has come and nothing follows for a moment. */
  #expectQuiet(milliseconds: number): void {
    if (!this.#history && !this.loading) return;
    window.clearTimeout(this.#quietTimer);
    this.#quietTimer = window.setTimeout(() => {
      this.#history = false;
      this.loading = false;
      this.#changed();
    }, milliseconds);
  }

  #setLine(line: Line): void {
    if (line === this.line) return;
    this.line = line;
    if (this.#tabs.leading) this.#tabs.whisper({ kind: "line", line });
    if (line === "lost") {
      for (const entry of this.pending) if (entry.delivery === "sending") this.#update(entry.id, { delivery: "waiting" });
      this.#offlineTimer ||= window.setTimeout(() => {
        this.offline = true;
        this.back = false;
        this.#changed();
      }, OFFLINE_AFTER_MS);
    } else if (line !== "connecting") {
      window.clearTimeout(this.#offlineTimer);
      this.#offlineTimer = 0;
      this.#maybeBack();
    }
    this.#changed();
  }

  /** Says that the line is back only when nothing is missing any more. */
  #maybeBack(): void {
    if (!this.offline || this.line === "lost" || this.line === "connecting") return;
    const missing = this.pending.some((entry) => entry.delivery === "waiting" || entry.delivery === "sending");
    if (missing && this.line === "open") return;
    this.offline = false;
    this.back = this.line === "open";
    window.clearTimeout(this.#backTimer);
    this.#backTimer = window.setTimeout(() => {
      this.back = false;
      this.#changed();
    }, BACK_SHOWN_MS);
    this.#changed();
  }

  #over(): void {
    this.#token = null;
    lasting.set(this.#key("token"), null);
    this.#stream?.abort();
    this.#stream = null;
    this.#history = false;
    this.loading = false;
    this.state = QUIET;
    for (const entry of this.pending) if (entry.delivery === "sending") this.#update(entry.id, { delivery: "waiting" });
    // Nothing was ever shown: no need to speak of an end.
    this.#setLine(this.events.length === 0 && this.pending.length === 0 ? "none" : "ended");
    this.#changed();
  }

  #clear(): void {
    this.#stream?.abort();
    this.#stream = null;
    this.#token = null;
    for (const key of ["token", "outbox", "read"]) lasting.set(this.#key(key), null);
    for (const address of this.#pictures.values()) URL.revokeObjectURL(address);
    this.#pictures.clear();
    this.#photoIds.clear();
    this.#tries.clear();
    void dropAllPhotos();
    this.events = [];
    this.pending = [];
    this.read = 0;
    this.state = QUIET;
    this.loading = false;
    this.#history = false;
    this.#setLine("none");
  }

  // ── tabs and the browser's own signals ──

  #heard(whisper: Whisper): void {
    switch (whisper.kind) {
      case "hello":
        if (!this.#tabs.leading) return;
        this.#tabs.whisper({
          kind: "events",
          events: this.events.filter((event) => event.seq > whisper.after),
          previous: whisper.after,
        });
        this.#tabs.whisper({ kind: "state", state: this.state });
        this.#tabs.whisper({ kind: "line", line: this.line });
        return;
      case "events":
        if (this.#tabs.leading || !this.#token) return;
        if (whisper.previous > this.lastSeq) {
          this.#tabs.whisper({ kind: "hello", after: this.lastSeq });
          return;
        }
        for (const event of whisper.events) this.#take(event);
        return;
      case "state":
        if (this.#tabs.leading) return;
        this.state = whisper.state;
        this.#expectQuiet(250);
        this.#changed();
        return;
      case "line":
        if (this.#tabs.leading || whisper.line === "none") return;
        if (whisper.line === "ended") this.#over();
        else this.#setLine(whisper.line);
        return;
      case "begun":
        this.#adoptToken();
        return;
      case "gone":
        this.#clear();
        this.forgotten = true;
        this.#changed();
        return;
    }
  }

  #leadChanged(): void {
    if (this.#tabs.leading) {
      void this.#listen();
      return;
    }
    this.#stream?.abort();
    this.#stream = null;
    this.#wake?.();
    this.#tabs.whisper({ kind: "hello", after: this.lastSeq });
  }

  #adoptToken(): void {
    const token = lasting.get(this.#key("token"));
    if (!token || token === this.#token) return;
    if (this.line === "ended") this.events = [];
    this.#token = token;
    this.#setLine("connecting");
    this.#tabs.join();
    this.#tabs.whisper({ kind: "hello", after: this.lastSeq });
    void this.#listen();
  }

  #storageChanged = (change: StorageEvent): void => {
    if (change.key === this.#key("token") && change.newValue) this.#adoptToken();
    if (change.key === this.#key("read")) {
      this.read = Number(change.newValue ?? 0);
      this.#changed();
    }
  };

  /** Somebody looks, or the browser is online: take the lead and make sure that the stream lives. */
  #look = (): void => {
    if (document.visibilityState !== "visible") return;
    this.#tabs.takeLead();
    this.#failures = 0;
    if (this.#tabs.leading && Date.now() - this.#lastByte > STALE_MS) this.#stream?.abort();
    this.#wake?.();
    void this.#flush();
  };

  #cut = (): void => {
    if (this.line === "none" || this.line === "ended") return;
    this.#stream?.abort();
    this.#setLine("lost");
  };

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        window.clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = window.setTimeout(done, milliseconds);
      this.#wake = done;
    });
  }

  // ── the outbox ──

  #update(id: string, change: Partial<Pending>): void {
    this.pending = this.pending.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
    this.#changed();
  }

  #settle(id: string): void {
    this.#settled.add(id);
    this.pending = this.pending.filter((entry) => entry.id !== id);
    this.#tries.delete(id);
    void dropPhoto(id);
  }

  #saveOutbox(): void {
    const mine = this.pending.map((entry): Stored => {
      const { id, at, what } = entry;
      const photoId = this.#photoIds.get(id);
      return { id, at, what: "photo" in what ? { photo: null } : what, ...(photoId ? { photoId } : {}) };
    });
    const others = this.#storedOutbox().filter(
      (stored) => !this.#settled.has(stored.id) && !mine.some((entry) => entry.id === stored.id),
    );
    const all = [...others, ...mine];
    lasting.set(this.#key("outbox"), all.length > 0 ? JSON.stringify(all) : null);
  }

  #storedOutbox(): Stored[] {
    try {
      const stored: unknown = JSON.parse(lasting.get(this.#key("outbox")) ?? "[]");
      return Array.isArray(stored) ? (stored as Stored[]) : [];
    } catch {
      return [];
    }
  }

  #adoptOutbox(): void {
    for (const { id, at, what, photoId } of this.#storedOutbox()) {
      if (photoId) this.#photoIds.set(id, photoId);
      this.pending.push({ id, at, what, delivery: "waiting" });
    }
  }

  #key(name: string): string {
    return `hotline.${name}${this.base}`;
  }

  #changed(): void {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

/** A random id where the page is not a secure context and randomUUID is missing. */
function fallbackId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
