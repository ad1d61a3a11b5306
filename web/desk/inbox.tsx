/** The list of citizens: who waits, who is mine, who is with a colleague. */
import type { JSX } from "preact";
import { ArrowUp, Check, Clock, Search, TriangleAlert, UserRound, X } from "lucide";
import { useRef } from "preact/hooks";

import { Icon } from "../shared/icon";
import { timeOf, useNow, waitOf } from "./clock";
import type { Shown, ShownRow } from "./queue";
import { moveInTabs } from "./tabs";
import { plain } from "./text";
import type { Channel, Me, Queue, Row } from "./types";

export const CHANNEL: Record<Channel, string> = { line: "LINE", telegram: "Telegram", web: "網頁" };
export type ListTab = "waiting" | "team";

export const titleOf = (row: Row): string => plain(row.title || `${CHANNEL[row.channel] ?? ""}市民`);
export const linkTo = (id: string): string => `#/${encodeURIComponent(id)}`;

/** Whether a row answers what was typed into the search box. */
export function matches(row: Row, words: string): boolean {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return true;
  const held = [row.title, row.last, row.reason, row.agent, row.danger?.name, row.danger?.place, CHANNEL[row.channel]];
  return held.some((text) => text?.toLowerCase().includes(wanted));
}

interface InboxProps {
  me: Me;
  queue: Queue | null;
  shown: Shown;
  tab: ListTab;
  selected: string | null;
  search: string;
  searchBox: { current: HTMLInputElement | null };
  /** Since when the list is no longer fed, or null. */
  lost: Date | null;
  /** The whole line is cut, not only the list. */
  offline: boolean;
  onTab(tab: ListTab): void;
  onSearch(words: string): void;
  onLetIn(): void;
  onHold(held: boolean): void;
  onAccount(): void;
}

export function Inbox(props: InboxProps): JSX.Element {
  const { queue, shown, tab, search, lost } = props;
  const place = useRef<HTMLElement>(null);
  const urgent = shown.waiting.some(({ danger }) => danger !== null);
  const time = useNow(urgent ? 1_000 : 10_000);
  const rows = (tab === "waiting" ? shown.waiting : shown.team).filter((row) => matches(row, search));
  const mine = shown.mine.filter((row) => matches(row, search));
  const waiting = queue?.waiting.length ?? 0;
  const freshDanger = shown.fresh.some(({ danger }) => danger !== null);

  // Only a visible focus holds the list: after a click with the mouse the focus stays, but the hand is elsewhere.
  function release(): void {
    if (!place.current?.matches(":hover, :has(:focus-visible)")) props.onHold(false);
  }

  return (
    <section class="pane inbox" aria-label="收件">
      <header class="bar">
        <h2 class="grow">收件</h2>
        <ShiftState queue={queue} offline={props.offline} />
        <button type="button" class="icon only-phone" aria-label={`帳號，${props.me.name}`} onClick={props.onAccount}>
          <Icon of={UserRound} />
        </button>
      </header>
      <div class="tabs" role="tablist" aria-label="名單">
        <TabButton name="等待中" count={waiting} on={tab === "waiting"} onPick={() => props.onTab("waiting")} id="waiting" />
        <TabButton name="團隊" count={queue?.team.length ?? 0} on={tab === "team"} onPick={() => props.onTab("team")} id="team" />
      </div>
      <div class="search">
        <Icon of={Search} class="small" />
        <input
          ref={props.searchBox}
          type="search"
          aria-label="搜尋名單"
          aria-keyshortcuts="/"
          title="搜尋 /"
          placeholder="搜尋名單"
          value={search}
          onInput={(event) => props.onSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            props.onSearch("");
            event.currentTarget.blur();
          }}
        />
        {search === "" ? (
          <kbd aria-hidden="true">/</kbd>
        ) : (
          <button type="button" class="clear" aria-label="清掉搜尋" onClick={() => props.onSearch("")}>
            <Icon of={X} class="small" />
          </button>
        )}
      </div>
      {lost !== null && <p class="frozen">{queue === null ? "名單還沒載入，正在再試" : `名單停在${timeOf(lost.getTime())}`}</p>}
      {tab === "waiting" && shown.fresh.length > 0 && (
        <button type="button" class={freshDanger ? "fresh sos" : "fresh"} onClick={props.onLetIn}>
          <Icon of={freshDanger ? TriangleAlert : ArrowUp} class="small" />
          {shown.fresh.length}則新的{freshDanger && "，有危險"}
        </button>
      )}
      <section
        class="lists"
        ref={place}
        aria-label="名單"
        onPointerEnter={() => props.onHold(true)}
        onPointerLeave={release}
        onFocusIn={(event) => {
          if (event.target instanceof Element && event.target.matches(":focus-visible")) props.onHold(true);
        }}
        onFocusOut={() => window.setTimeout(release)}
      >
        <div class="list" role="tabpanel" id="list" aria-labelledby={`tab-${tab}`} tabIndex={rows.length > 0 ? -1 : 0}>
          {queue === null && <Skeleton />}
          {queue !== null && rows.length === 0 && (
            <Nobody tab={tab} searching={search.trim() !== ""} fresh={shown.fresh.length} done={queue.done_today} />
          )}
          {rows.length > 0 && (
            <ul>
              {rows.map((row) => (
                <Item
                  key={row.id}
                  row={row}
                  time={time}
                  selected={row.id === props.selected}
                  place={tab === "waiting" ? "waiting" : "team"}
                />
              ))}
            </ul>
          )}
        </div>
        <section class="mine" aria-labelledby="mine">
          <h3 id="mine">
            我的<span>{queue?.mine.length ?? 0}</span>
          </h3>
          {mine.length > 0 ? (
            <ul>
              {mine.map((row) => (
                <Item key={row.id} row={row} time={time} selected={row.id === props.selected} place="mine" />
              ))}
            </ul>
          ) : (
            queue !== null && <p class="none">{search.trim() === "" ? "現在沒有接手的對話" : "我的裡面沒有"}</p>
          )}
        </section>
      </section>
    </section>
  );
}

function ShiftState({ queue, offline }: { queue: Queue | null; offline: boolean }): JSX.Element | null {
  if (offline) return <span class="shift off">離線</span>;
  if (queue === null) return null;
  return queue.hours.open ? (
    <span class="shift" title={queue.hours.text ?? undefined}>
      <span class="dot" aria-hidden="true" />
      接件中
    </span>
  ) : (
    <span class="shift" title={queue.hours.text ?? undefined}>
      下班時間
    </span>
  );
}

interface TabProps {
  id: ListTab;
  name: string;
  count: number;
  on: boolean;
  onPick(): void;
}

function TabButton({ id, name, count, on, onPick }: TabProps): JSX.Element {
  return (
    <button
      type="button"
      class="tab"
      role="tab"
      id={`tab-${id}`}
      aria-controls="list"
      aria-selected={on}
      tabIndex={on ? 0 : -1}
      onClick={onPick}
      onKeyDown={moveInTabs}
    >
      {name}
      <b>{count}</b>
    </button>
  );
}

interface ItemProps {
  row: ShownRow;
  time: number;
  selected: boolean;
  place: "waiting" | "mine" | "team";
}

function Item({ row, time, selected, place }: ItemProps): JSX.Element {
  const sos = row.danger !== null && place === "waiting" && row.gone === null;
  const since = row.waiting_since ?? (sos ? (row.danger?.since ?? null) : null);
  const wait = since !== null && row.gone === null ? waitOf(since, time, sos) : null;
  const unread = row.unread > 0 && !selected && place !== "waiting";
  const classes = ["item", sos ? "sos" : (wait?.level ?? "fine"), row.gone !== null ? "gone" : ""].filter(Boolean).join(" ");
  return (
    <li>
      <a class={classes} href={linkTo(row.id)} draggable={false} {...(selected ? { "aria-current": "true" as const } : {})}>
        <span class="what ell">{titleOf(row)}</span>
        <span class="when">
          {unread && (
            <>
              <span class="new" aria-hidden="true" />
              <span class="sr">{row.unread}則沒看，</span>
            </>
          )}
          {wait !== null && wait.level !== "fine" && <Icon of={wait.level === "late" ? Clock : TriangleAlert} class="small" />}
          {whenWords(row, wait?.text ?? null, place)}
        </span>
        {sos ? <DangerLines row={row} /> : <CalmLine row={row} place={place} />}
      </a>
    </li>
  );
}

function whenWords(row: ShownRow, wait: string | null, place: ItemProps["place"]): string {
  if (row.gone !== null) return row.gone;
  if (place === "team") return row.in_charge === "bot" ? "自動回覆" : (row.agent ?? wait ?? "");
  if (wait !== null) return wait;
  if (place === "mine") return row.last_from === "citizen" ? "等您回" : "等市民回";
  return "";
}

function CalmLine({ row, place }: { row: ShownRow; place: ItemProps["place"] }): JSX.Element {
  const speaker = row.last_from === "agent" ? (place === "mine" ? "您：" : `${row.agent ?? "專員"}：`) : row.last_from === "bot" ? "自動回覆：" : "";
  const line = row.last ? `${speaker}${plain(row.last)}` : (row.reason ?? "");
  return (
    <span class="sub">
      <span class="tag">{CHANNEL[row.channel]}</span>
      {row.danger !== null && <span class="tag red">{row.danger.name}</span>}
      <span class="ell">{line}</span>
    </span>
  );
}

function DangerLines({ row }: { row: Row }): JSX.Element {
  const danger = row.danger;
  return (
    <>
      <span class="sub">
        <span class="tag red">危險，{danger?.name}</span>
        <span class="ell">{danger?.place ? plain(danger.place) : "還不知道在哪裡"}</span>
      </span>
      <span class="sub">
        <span class="ell">
          {row.in_charge === "bot" ? "已請市民打緊急電話，還沒有人接" : plain(row.last)}，{CHANNEL[row.channel]}
        </span>
      </span>
    </>
  );
}

interface NobodyProps {
  tab: ListTab;
  searching: boolean;
  fresh: number;
  done: number;
}

function Nobody({ tab, searching, fresh, done }: NobodyProps): JSX.Element {
  if (searching) return <p class="nobody">名單裡沒有這幾個字</p>;
  if (tab === "team") return <p class="nobody">同事現在沒有接手的對話</p>;
  if (fresh > 0) return <p class="nobody">有新的，按上面就看得到</p>;
  return (
    <div class="nobody">
      <Icon of={Check} />
      <p>現在沒有人在等</p>
      <p class="sub">{done > 0 ? `今天處理完${done}位，` : ""}有新的會自己排進來</p>
    </div>
  );
}

function Skeleton(): JSX.Element {
  return (
    <div class="skeleton" role="status">
      <span class="sr">名單載入中</span>
      {[0, 1, 2, 3].map((n) => (
        <div class="bone" key={n} />
      ))}
    </div>
  );
}
