/** The simulator's side of the service: saying something as a citizen, and hearing everything that follows. */
import { useEffect, useRef, useState } from "preact/hooks";

import { Live } from "../desk/live";
import type { CallEvent, LineMessage, SimulatorEvent } from "./messages";

const STORED = "line-simulator.user";

export type Saying =
  | { text: string }
  | { postback: string }
  | { location: { lat: number; lng: number; title: string; address: string } }
  | { sticker: true }
  | { image: string }
  | { follow: true };

/** One bubble on the phone. */
export interface Bubble {
  key: string;
  from: "citizen" | "account";
  via: "reply" | "push" | null;
  sender: string | null;
  message: LineMessage;
  at: string;
  state: "shown" | "sending" | "failed";
  fault: string | null;
  saying: Saying | null;
}

export interface Counts {
  reply: number;
  push: number;
}

function newUser(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `U${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function storedUser(): string {
  try {
    const stored = localStorage.getItem(STORED);
    if (stored !== null && /^U[0-9a-f]{32}$/.test(stored)) return stored;
  } catch {
    // Without a store each visit is somebody new.
  }
  return keepUser(newUser());
}

function keepUser(user: string): string {
  try {
    localStorage.setItem(STORED, user);
  } catch {
    // See storedUser.
  }
  return user;
}

/** An address under which this page can show a picture it has just drawn. */
function pictureOf(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
}

/** The message the citizen sees at once, before the service has shown it. */
function echoOf(saying: Saying, shownText: string | null): LineMessage | null {
  if ("text" in saying) return { type: "text", text: saying.text };
  if ("postback" in saying) return shownText === null ? null : { type: "text", text: shownText };
  if ("location" in saying) {
    const { lat, lng, title, address } = saying.location;
    return { type: "location", title, address, latitude: lat, longitude: lng };
  }
  if ("sticker" in saying) return { type: "sticker" };
  if ("image" in saying) return { type: "image", previewImageUrl: pictureOf(saying.image) };
  return null;
}

/** Whether an event is the service's own showing of an echo. A postback has no message, so only its words can match. */
function sameWords(echo: LineMessage, shown: LineMessage): boolean {
  return echo.type === shown.type && (echo.type !== "text" || echo["text"] === shown["text"]);
}

export interface Line {
  user: string;
  bubbles: Bubble[];
  calls: (CallEvent & { key: string })[];
  counts: Counts;
  loading: boolean;
  lost: boolean;
  ready: boolean;
  say(saying: Saying, shownText?: string | null): void;
  retry(bubble: Bubble): void;
  somebodyElse(): void;
}

export function useLine(): Line {
  const [user, setUser] = useState(storedUser);
  const [bubbles, setBubbles] = useState<Bubble[]>([]);
  const [calls, setCalls] = useState<Line["calls"]>([]);
  const [counts, setCounts] = useState<Counts>({ reply: 0, push: 0 });
  const [loadingUntil, setLoadingUntil] = useState(0);
  const [lost, setLost] = useState(false);
  const [ready, setReady] = useState(false);
  const echoes = useRef(0);
  const countTimer = useRef<number | undefined>(undefined);

  function count(): void {
    window.clearTimeout(countTimer.current);
    countTimer.current = window.setTimeout(() => {
      fetch("/simulators/line/counts", { signal: AbortSignal.timeout(10_000) })
        .then((response) => (response.ok ? (response.json() as Promise<Counts>) : null))
        .then((answer) => answer !== null && setCounts(answer))
        .catch(() => undefined);
    }, 100);
  }

  function take(event: SimulatorEvent, key: string): void {
    if (event.kind === "loading") {
      setLoadingUntil(Date.now() + event.seconds * 1_000);
      return;
    }
    if (event.kind === "call") {
      setCalls((all) => (all.some((call) => call.key === key) ? all : [{ ...event, key }, ...all]));
      count();
      return;
    }
    if (event.from === "account") setLoadingUntil(0);
    setBubbles((all) => {
      if (all.some((bubble) => bubble.key === key)) return all;
      const shown: Bubble = {
        key,
        from: event.from,
        via: event.via,
        sender: event.sender?.name ?? null,
        message: event.message,
        at: event.at,
        state: "shown",
        fault: null,
        saying: null,
      };
      const echo = event.from === "citizen" ? all.findIndex((old) => old.saying !== null && sameWords(old.message, event.message)) : -1;
      return echo < 0 ? [...all, shown] : all.map((old, index) =>
            // LINE's event names a picture only by its id; the phone still has the picture itself.
            index === echo ? { ...shown, key: old.key, message: { ...old.message, ...event.message } } : old,
          );
    });
  }

  useEffect(() => {
    let last = 0;
    const seen = new Set<string>();
    setBubbles([]);
    setCalls([]);
    setLoadingUntil(0);
    setReady(false);
    const live = new Live({
      url: () => `/simulators/line/events?user=${user}&after=${last}`,
      onOpen: () => {
        setLost(false);
        count();
        // What is stored comes right after the line opens; only then is an empty phone really empty.
        window.setTimeout(() => setReady(true), 300);
      },
      onEvent: (_type, text) => {
        let event: SimulatorEvent;
        try {
          event = JSON.parse(text) as SimulatorEvent;
        } catch {
          return;
        }
        // A service that was started again counts from one again, so a number alone does not tell what was seen.
        const key = `${event.n} ${"at" in event ? event.at : "loading"}`;
        if (seen.has(key)) return;
        seen.add(key);
        last = event.n;
        setReady(true);
        take(event, key);
      },
      onLost: () => setLost(true),
      onRefused: () => setLost(true),
    });
    live.start();
    return () => live.stop();
  }, [user]);

  const [, tick] = useState(0);
  useEffect(() => {
    if (loadingUntil === 0) return;
    const timer = window.setTimeout(() => tick((n) => n + 1), Math.max(0, loadingUntil - Date.now()) + 20);
    return () => window.clearTimeout(timer);
  }, [loadingUntil]);

  function mark(key: string, change: Partial<Bubble>): void {
    setBubbles((all) => all.map((bubble) => (bubble.key === key ? { ...bubble, ...change } : bubble)));
  }

  async function post(key: string, saying: Saying): Promise<void> {
    let fault = "模擬器沒有送到，服務可能停了。";
    try {
      const response = await fetch("/simulators/line/say", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ user, ...saying }),
        signal: AbortSignal.timeout(15_000),
      });
      const answer = (await response.json().catch(() => ({}))) as { status?: number; message?: string };
      if (response.ok && (answer.status === undefined || answer.status < 300)) {
        mark(key, { state: "shown", fault: null });
        return;
      }
      fault = response.ok ? `服務收到了，但是回${answer.status ?? "別的"}。` : (answer.message ?? `模擬器回${response.status}。`);
    } catch {
      // The words above say it.
    }
    mark(key, { state: "failed", fault });
  }

  return {
    user,
    bubbles,
    calls,
    counts,
    loading: loadingUntil > Date.now(),
    lost,
    ready,
    say(saying, shownText = null) {
      echoes.current += 1;
      const key = `echo${echoes.current}`;
      const message = echoOf(saying, shownText);
      if (message !== null)
        setBubbles((all) => [
          ...all,
          {
            key,
            from: "citizen",
            via: null,
            sender: null,
            message,
            at: new Date().toISOString(),
            state: "sending",
            fault: null,
            saying,
          },
        ]);
      void post(key, saying);
    },
    retry(bubble) {
      if (bubble.saying === null) return;
      mark(bubble.key, { state: "sending", fault: null });
      void post(bubble.key, bubble.saying);
    },
    somebodyElse() {
      setUser(keepUser(newUser()));
    },
  };
}
