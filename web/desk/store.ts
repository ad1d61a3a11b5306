/**
 * What the desk knows, and how it stays true.
 *
 * The service is the truth; events are hints that something changed. `queue` makes the list and the open
 * conversation be fetched; lines are laid over what is here by sequence number. After every cut of the line the list and
 * the open conversation are fetched again, because nobody knows what was missed. Conversations that are not open are forgotten then.
 * Everything is filed under its conversation's id: an answer that arrives late lands where it belongs, whatever is open by now.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Refused, api, wordsFor } from "./api";
import { now, setServerNow } from "./clock";
import { Drafts } from "./drafts";
import type { Tab } from "./drafts";
import { Live } from "./live";
import { NOTHING, letIn, merge } from "./queue";
import type { Shown } from "./queue";
import type { Act, TalkState } from "./talk";
import { newId } from "./text";
import type { Detail, Me, Message, Outgoing, Queue, Row } from "./types";

export interface Desk {
  queue: Queue | null;
  shown: Shown;
  talks: Record<string, TalkState>;
  faults: Record<string, string>;
  outbox: Record<string, Outgoing[]>;
  /** Since when the line is cut. */
  lost: Date | null;
  /** Since when the list could not be fetched although the line is fine. */
  stale: Date | null;
  busy: Act | null;
  notice: { conversation: string; words: string } | null;
  drafts: Drafts;
  row(id: string): Row | null;
  isMine(id: string): boolean;
  hold(held: boolean): void;
  letIn(): void;
  reload(id: string): void;
  older(id: string): void;
  reconnect(): void;
  dismiss(): void;
  claim(id: string): Promise<boolean>;
  giveBack(id: string, summary: string): Promise<boolean>;
  close(id: string): Promise<boolean>;
  send(id: string, kind: Tab, text: string): void;
  retry(id: string, entry: Outgoing): void;
  drop(id: string, entry: Outgoing): void;
}

/** Lays newer messages over older ones by sequence number. */
export function overlay(old: Message[], fresh: Message[]): Message[] {
  const bySeq = new Map(old.map((message) => [message.seq, message]));
  for (const message of fresh) {
    // The live copy of a message may come without what only the conversation's own page carries.
    const known = bySeq.get(message.seq);
    bySeq.set(message.seq, known ? { ...known, ...message, understood: message.understood ?? known.understood ?? null } : message);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

function asMine(row: Row, me: Me): Row {
  return { ...row, in_charge: "agent", agent: me.name, waiting_since: null };
}

export function useDesk(me: Me, selected: string | null): Desk {
  const drafts = useMemo(() => new Drafts(String(me.id)), [me.id]);
  const [queue, setQueue] = useState<Queue | null>(null);
  const [shown, setShown] = useState<Shown>(NOTHING);
  const [talks, setTalks] = useState<Record<string, TalkState>>({});
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [outbox, setOutbox] = useState<Record<string, Outgoing[]>>(() => drafts.outbox());
  const [lost, setLost] = useState<Date | null>(null);
  const [stale, setStale] = useState<Date | null>(null);
  const [busy, setBusy] = useState<Act | null>(null);
  const [notice, setNotice] = useState<Desk["notice"]>(null);

  // The live line outlives many renders and must see today's values, not those of the day it was opened.
  const state = useRef({ queue, talks, outbox, selected, held: false, fetching: false, again: false, fetched: new Date() });
  const again = useRef<number | undefined>(undefined);
  Object.assign(state.current, { queue, talks, outbox, selected });
  const live = useRef<Live | null>(null);

  useEffect(() => drafts.keepOutbox(outbox), [drafts, outbox]);

  function take(latest: Queue): void {
    state.current.queue = latest;
    setQueue(latest);
    setShown((old) => merge(old, latest, state.current.held));
  }

  async function fetchQueue(): Promise<void> {
    const here = state.current;
    if (here.fetching) {
      here.again = true;
      return;
    }
    here.fetching = true;
    window.clearTimeout(again.current);
    do {
      here.again = false;
      try {
        const latest = await api.queue();
        setServerNow(latest.now);
        take(latest);
        here.fetched = new Date();
        setStale(null);
      } catch (error) {
        if (error instanceof Refused && error.status === 401) continue;
        setStale(here.fetched);
        again.current = window.setTimeout(() => void fetchQueue(), 5_000);
      }
    } while (here.again);
    here.fetching = false;
  }

  function place(id: string, change: (talk: TalkState) => TalkState): void {
    setTalks((all) => {
      const talk = all[id];
      return talk === undefined ? all : { ...all, [id]: change(talk) };
    });
  }

  async function fetchTalk(id: string, mark: boolean): Promise<void> {
    const seen = state.current.talks[id]?.detail.messages.at(-1)?.seq ?? null;
    try {
      const detail = await api.talk(id);
      setFaults(({ [id]: _, ...rest }) => rest);
      setTalks((all) => {
        const old = all[id];
        const messages = overlay(old?.detail.messages ?? [], detail.messages);
        const missedAfter = mark && seen !== null ? seen : (old?.missedAfter ?? null);
        return { ...all, [id]: { detail: { ...detail, messages }, missedAfter, older: old?.older ?? "unknown" } };
      });
      confirm(id, detail);
    } catch (error) {
      if (state.current.talks[id] === undefined) setFaults((all) => ({ ...all, [id]: wordsFor(error) }));
      else setNotice((old) => old ?? { conversation: id, words: "這個對話沒有更新成功，可能漏了新的訊息。請重新整理這一頁。" });
    }
  }

  /** Takes out of the outbox what the feed shows. */
  function confirm(id: string, { messages }: Pick<Detail, "messages">): void {
    const ids = new Set(messages.map((message) => message.id));
    setOutbox((all) => {
      const entries = all[id];
      if (!entries?.some((entry) => ids.has(entry.id))) return all;
      return { ...all, [id]: entries.filter((entry) => !ids.has(entry.id)) };
    });
  }

  /** The service says only that something has changed; what it is, the list and the open conversation tell. */
  function onEvent(type: string): void {
    if (type === "signed_out") void api.me().catch(() => undefined);
    if (type !== "queue") return;
    void fetchQueue();
    const open = state.current.selected;
    if (open !== null) void fetchTalk(open, false);
  }

  useEffect(() => {
    const line = new Live({
      url: () => "/desk/api/events",
      onOpen: (again) => {
        setLost(null);
        void fetchQueue();
        const open = state.current.selected;
        if (!again) return;
        setTalks((all) => (open !== null && all[open] ? { [open]: all[open] } : {}));
        if (open !== null) void fetchTalk(open, true);
      },
      onEvent,
      onLost: setLost,
      onRefused: () => void api.me().catch(() => undefined),
    });
    live.current = line;
    void fetchQueue();
    line.start();
    return () => {
      line.stop();
      window.clearTimeout(again.current);
    };
  }, []);

  useEffect(() => {
    if (selected !== null) void fetchTalk(selected, false);
  }, [selected]);

  function findRow(id: string): Row | null {
    const lists = queue === null ? [] : [...queue.mine, ...queue.waiting, ...queue.team];
    return lists.find((row) => row.id === id) ?? talks[id]?.detail.conversation ?? null;
  }

  function isMine(id: string): boolean {
    return queue?.mine.some((row) => row.id === id) ?? false;
  }

  async function act(kind: Act, id: string, work: () => Promise<void>): Promise<boolean> {
    if (busy !== null) return false;
    setBusy(kind);
    setNotice(null);
    try {
      await work();
      return true;
    } catch (error) {
      setNotice({ conversation: id, words: wordsFor(error) });
      return false;
    } finally {
      setBusy(null);
      void fetchQueue();
      void fetchTalk(id, false);
    }
  }

  function moveOut(id: string): void {
    const latest = state.current.queue;
    if (latest === null) return;
    const others = (rows: Row[]): Row[] => rows.filter((row) => row.id !== id);
    take({ ...latest, waiting: others(latest.waiting), mine: others(latest.mine), team: others(latest.team) });
  }

  function change(id: string, entry: Outgoing): void {
    setOutbox((all) => {
      const entries = all[id] ?? [];
      const known = entries.some((old) => old.id === entry.id);
      return { ...all, [id]: known ? entries.map((old) => (old.id === entry.id ? entry : old)) : [...entries, entry] };
    });
  }

  async function deliver(id: string, entry: Outgoing): Promise<void> {
    change(id, { ...entry, state: "sending", error: null });
    try {
      if (entry.kind === "note") await api.note(id, { id: entry.id, text: entry.text });
      else await api.reply(id, { id: entry.id, text: entry.text, token: state.current.talks[id]?.detail.token ?? 0 });
      setOutbox((all) => {
        const entries = all[id] ?? [];
        return { ...all, [id]: entries.map((old) => (old.id === entry.id ? { ...old, state: "sent" as const } : old)) };
      });
      // The feed usually shows it at once; when the event was lost, the conversation itself does.
      window.setTimeout(() => {
        if (state.current.outbox[id]?.some((old) => old.id === entry.id)) void fetchTalk(id, false);
      }, 2_000);
    } catch (error) {
      const words = error instanceof Refused ? wordsFor(error) : "連不上客服台，不確定送到了沒有。";
      change(id, { ...entry, state: "failed", error: words });
      if (error instanceof Refused && error.status === 409) {
        void fetchQueue();
        void fetchTalk(id, false);
      }
    }
  }

  return {
    queue,
    shown,
    talks,
    faults,
    outbox,
    lost,
    stale,
    busy,
    notice,
    drafts,
    row: findRow,
    isMine,
    hold(held) {
      state.current.held = held;
      const latest = state.current.queue;
      if (!held && latest !== null) setShown((old) => merge(old, latest, false));
    },
    letIn() {
      if (queue !== null) setShown(letIn(queue));
    },
    reload(id) {
      setFaults(({ [id]: _, ...rest }) => rest);
      void fetchTalk(id, false);
    },
    older(id) {
      const talk = talks[id];
      const first = talk?.detail.messages[0];
      if (talk === undefined || first === undefined || talk.older === "loading") return;
      place(id, (old) => ({ ...old, older: "loading" }));
      api.talk(id, first.seq).then(
        (page) =>
          place(id, (old) => {
            const messages = overlay(page.messages, old.detail.messages);
            return { ...old, detail: { ...old.detail, messages }, older: page.messages.length === 0 ? "none" : "unknown" };
          }),
        (error: unknown) => {
          place(id, (old) => ({ ...old, older: "unknown" }));
          setNotice({ conversation: id, words: wordsFor(error) });
        },
      );
    },
    reconnect: () => live.current?.retryNow(),
    dismiss: () => setNotice(null),
    claim: (id) =>
      act("claim", id, async () => {
        const { token } = await api.claim(id);
        const latest = state.current.queue;
        const row = findRow(id);
        if (latest !== null && row !== null) {
          const others = (rows: Row[]): Row[] => rows.filter((old) => old.id !== id);
          take({
            ...latest,
            waiting: others(latest.waiting),
            team: others(latest.team),
            mine: [asMine(row, me), ...others(latest.mine)],
          });
        }
        place(id, (talk) => ({
          ...talk,
          detail: { ...talk.detail, token, conversation: asMine(talk.detail.conversation, me) },
        }));
      }),
    giveBack: (id, summary) =>
      act("return", id, async () => {
        const token = talks[id]?.detail.token ?? 0;
        await api.giveBack(id, summary === "" ? { token } : { token, summary });
        moveOut(id);
      }),
    close: (id) =>
      act("close", id, async () => {
        await api.close(id, talks[id]?.detail.token ?? 0);
        moveOut(id);
      }),
    send(id, kind, text) {
      void deliver(id, { id: newId(), kind, text, at: new Date(now()).toISOString(), state: "sending", error: null });
    },
    retry: (id, entry) => void deliver(id, entry),
    drop(id, entry) {
      setOutbox((all) => ({ ...all, [id]: (all[id] ?? []).filter((old) => old.id !== entry.id) }));
    },
  };
}
