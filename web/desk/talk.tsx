/** The middle of the desk: one citizen's conversation, who has it, and what can be done with it. */
import type { JSX } from "preact";
import { ChevronLeft, CircleAlert, UserRound, X } from "lucide";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { Icon } from "../shared/icon";
import { momentOf, useNow, waitOf } from "./clock";
import { Composer } from "./composer";
import type { ComposerHandle } from "./composer";
import type { Drafts } from "./drafts";
import { CHANNEL, linkTo, titleOf } from "./inbox";
import { plain } from "./text";
import { Transcript } from "./transcript";
import type { Detail, Me, Outgoing, Row } from "./types";

export interface TalkState {
  detail: Detail;
  /** The last message seen before the line was lost, while there is something to mark. */
  missedAfter: number | null;
  older: "unknown" | "loading" | "none";
}

export type Act = "claim" | "return" | "close";

interface TalkProps {
  me: Me;
  row: Row;
  mine: boolean;
  talk: TalkState | null;
  fault: string | null;
  notice: string | null;
  busy: Act | null;
  outgoing: Outgoing[];
  drafts: Drafts;
  lost: boolean;
  composer: { current: ComposerHandle | null };
  onAct(act: Act): void;
  onOlder(): void;
  onReload(): void;
  onNotice(): void;
  onSend(kind: "reply" | "note", text: string): void;
  onRetry(entry: Outgoing): void;
  onTakeBack(entry: Outgoing): void;
  onCitizen(): void;
}

export function Talk(props: TalkProps): JSX.Element {
  const { row, mine, talk, busy } = props;
  const claimable = !mine && row.in_charge !== "agent";
  return (
    <section class="pane talk" aria-label="對話">
      <header class="bar">
        <a class="icon only-phone" href="#/" aria-label="回收件">
          <Icon of={ChevronLeft} />
        </a>
        <div class="grow">
          <h2 class="ell">{titleOf(row)}</h2>
          <StateLine row={row} mine={mine} />
        </div>
        {claimable && (
          <ActButton name="接手" keys="c" main busy={busy === "claim"} off={props.lost} onPress={() => props.onAct("claim")} />
        )}
        {mine && (
          <>
            <ActButton name="交回" keys="b" quiet busy={busy === "return"} off={props.lost} onPress={() => props.onAct("return")} />
            <ActButton name="結案" keys="e" busy={busy === "close"} off={props.lost} onPress={() => props.onAct("close")} />
          </>
        )}
        <a class="icon only-phone" href={`${linkTo(row.id)}/citizen`} aria-label="市民資料">
          <Icon of={UserRound} />
        </a>
        <button type="button" class="icon only-drawer" aria-label="市民資料" aria-controls="citizen" onClick={props.onCitizen}>
          <Icon of={UserRound} />
        </button>
      </header>
      <div role="alert" class="strip-place">
        {props.notice !== null && (
          <p class="strip">
            <Icon of={CircleAlert} class="small" />
            <span class="grow">{props.notice}</span>
            <button type="button" class="icon slim" aria-label="知道了" onClick={props.onNotice}>
              <Icon of={X} class="small" />
            </button>
          </p>
        )}
      </div>
      {talk === null ? (
        <Waiting fault={props.fault} onReload={props.onReload} />
      ) : (
        <Pages key={row.id} talk={talk} outgoing={props.outgoing} onOlder={props.onOlder}>
          <Transcript
            messages={talk.detail.messages}
            missedAfter={talk.missedAfter}
            outgoing={props.outgoing}
            me={props.me.name}
            onRetry={props.onRetry}
            onTakeBack={props.onTakeBack}
          />
        </Pages>
      )}
      <Composer
        key={row.id}
        conversation={row.id}
        drafts={props.drafts}
        handle={props.composer}
        lost={props.lost}
        closed={closedWords(row, mine, talk)}
        onSend={props.onSend}
      />
    </section>
  );
}

function closedWords(row: Row, mine: boolean, talk: TalkState | null): string | null {
  if (mine) return talk === null ? "對話還在載入。" : null;
  if (row.in_charge === "agent") return `${row.agent ?? "同事"}接手中，要說的請寫成備註。`;
  return "接手後才能送，先打的會留著。";
}

function StateLine({ row, mine }: { row: Row; mine: boolean }): JSX.Element {
  const time = useNow(10_000);
  const parts = [CHANNEL[row.channel]];
  if (row.in_charge === "waiting" && row.waiting_since !== null)
    parts.push(`${momentOf(row.waiting_since)}開始等`, waitOf(row.waiting_since, time).text);
  if (row.in_charge === "bot") parts.push("自動回覆中");
  if (row.in_charge === "agent") parts.push(mine ? "您接手中" : `${row.agent ?? "同事"}接手中`);
  if (row.reason && row.in_charge !== "agent") parts.push(row.reason);
  return (
    <p class="sub ell">
      {row.danger !== null && (
        <b class="red">
          危險，{row.danger.name}
          {row.danger.place && `，${plain(row.danger.place)}`}。
        </b>
      )}
      {parts.join("，")}
    </p>
  );
}

interface ActButtonProps {
  name: string;
  keys: string;
  main?: boolean;
  quiet?: boolean;
  busy: boolean;
  off: boolean;
  onPress(): void;
}

function ActButton({ name, keys, main, quiet, busy, off, onPress }: ActButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`btn${main ? " go" : ""}${quiet ? " quiet" : ""}`}
      title={`${name} ${keys}`}
      aria-keyshortcuts={keys}
      aria-busy={busy}
      disabled={off}
      onClick={onPress}
    >
      {name}
      <kbd aria-hidden="true">{keys}</kbd>
    </button>
  );
}

function Waiting({ fault, onReload }: { fault: string | null; onReload(): void }): JSX.Element {
  if (fault !== null)
    return (
      <div class="calm">
        <p role="alert">{fault}</p>
        <button type="button" class="btn" onClick={onReload}>
          再試一次
        </button>
      </div>
    );
  return (
    <div class="scroll skeleton" role="status">
      <span class="sr">對話載入中</span>
      <div class="bone left" />
      <div class="bone right" />
      <div class="bone left" />
    </div>
  );
}

interface PagesProps {
  talk: TalkState;
  outgoing: Outgoing[];
  onOlder(): void;
  children: JSX.Element;
}

/** The scrolling part: stays at the end while the reader is there, and stays put while they read further up. */
function Pages({ talk, outgoing, onOlder, children }: PagesProps): JSX.Element {
  const scroll = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const before = useRef({ first: -1, height: 0 });
  const messages = talk.detail.messages;
  const first = messages[0]?.seq ?? -1;
  const last = messages.at(-1);

  useLayoutEffect(() => {
    const view = scroll.current;
    if (view === null) return;
    const grew = view.scrollHeight - before.current.height;
    if (atEnd.current) view.scrollTop = view.scrollHeight;
    else if (before.current.first !== first && before.current.first !== -1) view.scrollTop += grew;
    before.current = { first, height: view.scrollHeight };
  }, [first, last?.seq, messages.length, outgoing]);

  useEffect(() => {
    const view = scroll.current;
    if (view === null) return;
    const watch = new ResizeObserver(() => {
      if (atEnd.current) view.scrollTop = view.scrollHeight;
    });
    watch.observe(view);
    return () => watch.disconnect();
  }, []);

  return (
    <div
      class="scroll"
      ref={scroll}
      role="log"
      aria-label="對話內容"
      tabIndex={0}
      onScroll={(event) => {
        const view = event.currentTarget;
        atEnd.current = view.scrollHeight - view.scrollTop - view.clientHeight < 48;
      }}
    >
      {talk.older !== "none" && first > 1 && (
        <button type="button" class="older" aria-busy={talk.older === "loading"} onClick={onOlder}>
          {talk.older === "loading" ? "載入中" : "更早的訊息"}
        </button>
      )}
      {children}
    </div>
  );
}
