/** One conversation as it was: every speaker, every card as plain lines, and what the assistant believed it heard. */
import type { JSX } from "preact";
import { ChevronDown, ImageOff, Lock, MapPin, RotateCw } from "lucide";
import { useState } from "preact/hooks";

import { Icon } from "../shared/icon";
import { dayLabel, dayOf, timeOf } from "./clock";
import { ownPicture, plain, webAddress } from "./text";
import type { Card, Message, Outgoing, Understood } from "./types";

// Lines of one speaker that follow within two minutes are one turn.
const TURN_MS = 120_000;

interface Turn {
  key: number;
  messages: Message[];
}

type Part =
  | { kind: "day"; key: string; label: string }
  | { kind: "missed"; key: string }
  | { kind: "turn"; key: string; turn: Turn };

/** Cuts the messages into days and turns; `missedAfter` is the last one seen before the line was lost. */
export function partsOf(messages: Message[], missedAfter: number | null): Part[] {
  const parts: Part[] = [];
  let day = "";
  let missed = missedAfter === null;
  let last: Message | null = null;
  for (const message of messages) {
    if (dayOf(message.at) !== day) {
      day = dayOf(message.at);
      parts.push({ kind: "day", key: `day-${message.seq}`, label: dayLabel(message.at) });
      last = null;
    }
    if (!missed && missedAfter !== null && message.seq > missedAfter) {
      missed = true;
      parts.push({ kind: "missed", key: `missed-${message.seq}` });
      last = null;
    }
    const open = parts.at(-1);
    if (last !== null && open?.kind === "turn" && together(last, message)) open.turn.messages.push(message);
    else parts.push({ kind: "turn", key: `turn-${message.seq}`, turn: { key: message.seq, messages: [message] } });
    last = message;
  }
  return parts;
}

function together(a: Message, b: Message): boolean {
  return (
    a.from === b.from &&
    a.from !== "system" &&
    !a.note &&
    !b.note &&
    a.name === b.name &&
    !a.understood &&
    Date.parse(b.at) - Date.parse(a.at) < TURN_MS
  );
}

interface TranscriptProps {
  messages: Message[];
  missedAfter: number | null;
  outgoing: Outgoing[];
  me: string;
  onRetry(entry: Outgoing): void;
  onTakeBack(entry: Outgoing): void;
}

export function Transcript(props: TranscriptProps): JSX.Element {
  return (
    <ol class="log">
      {partsOf(props.messages, props.missedAfter).map((part) => {
        if (part.kind === "day")
          return (
            <li class="day" key={part.key}>
              {part.label}
            </li>
          );
        if (part.kind === "missed")
          return (
            <li class="day missed" key={part.key}>
              斷線時漏掉的，從這裡開始
            </li>
          );
        return <TurnLines key={part.key} turn={part.turn} />;
      })}
      {props.outgoing.map((entry) => (
        <Pending key={entry.id} entry={entry} me={props.me} onRetry={props.onRetry} onTakeBack={props.onTakeBack} />
      ))}
    </ol>
  );
}

function TurnLines({ turn }: { turn: Turn }): JSX.Element {
  const first = turn.messages[0];
  const last = turn.messages.at(-1);
  if (first === undefined || last === undefined) return <li hidden />;
  if (first.note) return <Note text={first.text} name={first.name} at={first.at} />;
  if (first.from === "system")
    return (
      <li class="day said">
        <span>
          {plain(first.text)}
          <time dateTime={first.at}>{timeOf(first.at)}</time>
        </span>
      </li>
    );
  const side = first.from === "citizen" ? "turn theirs" : first.from === "agent" ? "turn ours agent" : "turn ours";
  const speaker = first.from === "citizen" ? "市民" : first.from === "agent" ? (first.name ?? "專員") : "自動回覆";
  return (
    <li class={side}>
      <div class="said-by">
        <span class={first.from === "citizen" ? "sr" : ""}>
          {first.from === "agent" ? <b>{plain(speaker)}</b> : speaker}
        </span>
        <time dateTime={last.at}>{timeOf(last.at)}</time>
      </div>
      <div class="bubbles">
        {turn.messages.map((message) => (
          <Bubble key={message.seq} message={message} />
        ))}
        {last.buttons.length > 0 && last.from === "bot" && (
          <p class="buttons">按鈕：{last.buttons.map(({ title }) => plain(title)).join("、")}</p>
        )}
      </div>
      {last.understood && <Heard understood={last.understood} />}
    </li>
  );
}

function Bubble({ message }: { message: Message }): JSX.Element {
  if (message.withdrawn) return <p class="bubble withdrawn">{message.from === "citizen" ? "市民收回了這則訊息" : "這則訊息收回了"}</p>;
  if (message.card !== null) return <CardLines card={message.card} />;
  const picture = ownPicture(message.image);
  return (
    <>
      {picture !== null && <Photo path={picture} caption={message.text} />}
      {message.location !== null && (
        <div class="bubble place">
          <Icon of={MapPin} class="small" />
          <p>
            {message.location.address ? plain(message.location.address) : "傳來一個位置，沒有地址"}
            <span class="sub">
              {message.location.lat.toFixed(5)}，{message.location.lng.toFixed(5)}
            </span>
          </p>
        </div>
      )}
      {picture === null && message.location === null && <p class="bubble">{plain(message.text)}</p>}
    </>
  );
}

function Photo({ path, caption }: { path: string; caption: string }): JSX.Element {
  const [attempt, setAttempt] = useState(0);
  const [failed, setFailed] = useState(false);
  if (failed)
    return (
      <div class="bubble broken">
        <Icon of={ImageOff} class="small" />
        <p>照片沒有載入。</p>
        <button
          type="button"
          class="link"
          onClick={() => {
            setFailed(false);
            setAttempt((n) => n + 1);
          }}
        >
          重新載入照片
        </button>
      </div>
    );
  return (
    <a class="photo" href={path} target="_blank" rel="noreferrer">
      <img
        key={attempt}
        src={attempt === 0 ? path : `${path}?again=${attempt}`}
        alt={caption ? `照片：${plain(caption)}` : "市民傳的照片，按一下看大圖"}
        width={200}
        height={150}
        loading="lazy"
        onError={() => setFailed(true)}
      />
    </a>
  );
}

function CardLines({ card }: { card: Card }): JSX.Element {
  if (card.kind === "answer") {
    const link = webAddress(card.link);
    return (
      <div class="bubble card">
        <p class="head">答案卡：{plain(card.title)}</p>
        <p>{plain(card.short)}</p>
        {card.more && (
          <details class="more">
            <summary>看完整說明</summary>
            <p>{plain(card.more)}</p>
          </details>
        )}
        <p class="sub">
          {plain(card.source)}
          {link !== null && (
            <a href={link} target="_blank" rel="noreferrer noopener">
              {new URL(link).hostname}
            </a>
          )}
        </p>
      </div>
    );
  }
  const rows =
    card.kind === "case" ? [{ label: "案號", value: card.number }, { label: "狀態", value: card.status }, ...card.rows] : card.rows;
  return (
    <div class="bubble card">
      <p class="head">{card.kind === "case" ? "案件卡" : "請市民核對"}</p>
      <dl>
        {rows.map(({ label, value }) => (
          <div key={label}>
            <dt>{plain(label)}</dt>
            <dd>{plain(value)}</dd>
          </div>
        ))}
      </dl>
      {card.kind === "case" && card.note && <p class="sub">{plain(card.note)}</p>}
    </div>
  );
}

/** How sure something is, as a bar; the number stands beside it. */
export function Sure({ of }: { of: number }): JSX.Element {
  const width = Math.round(Math.min(1, Math.max(0, of)) * 48);
  return (
    <svg class="sure" width="48" height="4" viewBox="0 0 48 4" aria-hidden="true">
      <rect class="all" width="48" height="4" rx="2" />
      <rect class="part" width={width} height="4" rx="2" />
    </svg>
  );
}

function Heard({ understood }: { understood: Understood }): JSX.Element {
  const rows = [{ label: "聽成", name: understood.name, confidence: understood.confidence }].concat(
    understood.others.slice(0, 2).map(({ name, confidence }, index) => ({ label: index === 0 ? "其次" : "再來", name, confidence })),
  );
  return (
    <details class="heard">
      <summary>
        聽成{understood.name}，{understood.confidence.toFixed(2)}
        <Icon of={ChevronDown} class="small" />
      </summary>
      <dl>
        {rows.map(({ label, name, confidence }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <span class="grow">{name}</span>
              <Sure of={confidence} />
              <span class="num">{confidence.toFixed(2)}</span>
            </dd>
          </div>
        ))}
        <div>
          <dt>聽到</dt>
          <dd>
            {understood.heard.length === 0
              ? "沒有別的"
              : understood.heard.map(({ label, value }) => `${label}：${plain(value)}`).join("，")}
          </dd>
        </div>
      </dl>
    </details>
  );
}

function Note({ text, name, at, tail }: { text: string; name: string | null; at: string; tail?: JSX.Element }): JSX.Element {
  return (
    <li class="memo">
      <p class="memo-head">
        <Icon of={Lock} class="small" />
        <b>內部備註，市民看不到</b>
        <span>
          {name && plain(name)} <time dateTime={at}>{timeOf(at)}</time>
        </span>
      </p>
      <p class="memo-text">{plain(text)}</p>
      {tail}
    </li>
  );
}

interface PendingProps {
  entry: Outgoing;
  me: string;
  onRetry(entry: Outgoing): void;
  onTakeBack(entry: Outgoing): void;
}

function Pending({ entry, me, onRetry, onTakeBack }: PendingProps): JSX.Element {
  const state =
    entry.state === "failed" ? (
      <div class="unsent" role="alert">
        <p>
          {entry.kind === "note" ? "備註沒有存好。" : "沒有送成功。"}
          {entry.error}
        </p>
        <button type="button" class="btn slim" title="再試不會重複" onClick={() => onRetry(entry)}>
          <Icon of={RotateCw} class="small" />
          再試一次
        </button>
        <button type="button" class="btn slim quiet" onClick={() => onTakeBack(entry)}>
          放回輸入框
        </button>
      </div>
    ) : (
      <p class="on-way">{entry.state === "sending" ? (entry.kind === "note" ? "存檔中" : "送出中") : "送出了"}</p>
    );
  if (entry.kind === "note") return <Note text={entry.text} name={me} at={entry.at} tail={state} />;
  return (
    <li class="turn ours agent pending">
      <div class="said-by">
        <b>{me}</b>
        <time dateTime={entry.at}>{timeOf(entry.at)}</time>
      </div>
      <div class="bubbles">
        <p class="bubble">{plain(entry.text)}</p>
      </div>
      {state}
    </li>
  );
}
