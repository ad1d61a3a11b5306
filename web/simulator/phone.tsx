/** A phone with a chat on it: nobody's trade dress, but what a LINE user would recognise. */
import type { JSX } from "preact";
import { Camera, ChevronLeft, CircleAlert, MapPin, Plus, SendHorizontal, Smile, UserPlus } from "lucide";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { dayLabel, dayOf, timeOf } from "../desk/clock";
import { isPlainEnter } from "../desk/text";
import { Icon } from "../shared/icon";
import { MessageBody } from "./bubbles";
import type { Bubble, Line } from "./line";
import { labelOf } from "./messages";
import type { Action, QuickReply } from "./messages";
import { PLACES, samplePhoto } from "./samples";

// What LINE itself lets a person type.
const LONGEST = 5_000;

export function Phone({ line }: { line: Line }): JSX.Element {
  const [sheet, setSheet] = useState(false);
  const [used, setUsed] = useState<string | null>(null);
  const [hint, setHint] = useState<string | null>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const { bubbles, loading } = line;
  const last = bubbles.at(-1);
  const quick = last !== undefined && last.from === "account" && last.key !== used ? (last.message.quickReply ?? null) : null;

  useLayoutEffect(() => {
    if (scroll.current !== null) scroll.current.scrollTop = scroll.current.scrollHeight;
  }, [bubbles.length, loading, quick, sheet, line.lost]);
  useEffect(() => {
    setSheet(false);
    setHint(null);
  }, [line.user]);
  useEffect(() => {
    if (hint === null) return;
    const timer = window.setTimeout(() => setHint(null), 6_000);
    return () => window.clearTimeout(timer);
  }, [hint]);

  function press(action: Action): void {
    setHint(null);
    if (action.type === "message") line.say({ text: action.text ?? labelOf(action) });
    else if (action.type === "postback")
      line.say({ postback: action.data ?? "" }, action.displayText ?? action.text ?? null);
    else if (action.type === "uri") setHint(`手機會打開${action.uri ?? "一個連結"}`);
    else if (["location", "camera", "cameraRoll"].includes(action.type)) setSheet(true);
    else setHint(`手機會做「${action.type}」，模擬器不會`);
  }

  return (
    <div class="phone">
      <div class="status" aria-hidden="true">
        <span>{timeOf(Date.now())}</span>
        <svg viewBox="0 0 44 12">
          <path class="full" d="M0 9h3v3H0zm4-3h3v6H4zm4-3h3v9H8zm4-3h3v12h-3z" />
          <rect class="edge" x="20.5" y="1" width="20" height="10" rx="2.5" />
          <path class="full" d="M23 3.5h12v5H23zM42 4.5h1.5v3H42z" />
        </svg>
      </div>
      <header class="account">
        <Icon of={ChevronLeft} />
        <h2>市民小幫手</h2>
        <span class="faint">{line.lost ? "連線斷了，正在重連" : ""}</span>
      </header>
      <div class="scroll" ref={scroll} role="log" aria-label="LINE對話" tabIndex={0}>
        {line.ready && bubbles.length === 0 && (
          <div class="stranger">
            <Avatar />
            <p class="strong">市民小幫手</p>
            <p class="faint">還不是好友。加入以後，帳號會先打招呼。</p>
            <button type="button" class="btn go" onClick={() => line.say({ follow: true })}>
              <Icon of={UserPlus} />
              加入好友
            </button>
          </div>
        )}
        <Chat line={line} onPress={press} />
      </div>
      <p class={hint === null ? "toast empty" : "toast"} role="status">
        {hint}
      </p>
      {quick !== null && last !== undefined && (
        <QuickReplies
          quick={quick}
          onPick={(action) => {
            // The location and camera buttons stay until something has been sent.
            if (action.type === "message" || action.type === "postback") setUsed(last.key);
            press(action);
          }}
        />
      )}
      <Keyboard line={line} sheet={sheet} onSheet={setSheet} />
    </div>
  );
}

function Avatar({ of = "市" }: { of?: string }): JSX.Element {
  return (
    <span class="avatar" aria-hidden="true">
      {of}
    </span>
  );
}

function Chat({ line, onPress }: { line: Line; onPress(action: Action): void }): JSX.Element {
  const lines: JSX.Element[] = [];
  let day = "";
  let before: Bubble | null = null;
  for (const bubble of line.bubbles) {
    if (dayOf(bubble.at) !== day) {
      day = dayOf(bubble.at);
      lines.push(
        <li class="day" key={`day-${bubble.key}`}>
          <span>{dayLabel(bubble.at)}</span>
        </li>,
      );
      before = null;
    }
    const first: boolean = before === null || before.from !== bubble.from || before.sender !== bubble.sender;
    lines.push(<BubbleLine key={bubble.key} bubble={bubble} first={first} onPress={onPress} onRetry={line.retry} />);
    before = bubble;
  }
  return (
    <ol class="chat">
      {lines}
      {line.loading && (
        <li class="m them first">
          <Avatar />
          <span class="dots" role="status">
            <span class="sr">正在查</span>
            <i />
            <i />
            <i />
          </span>
        </li>
      )}
    </ol>
  );
}

interface BubbleLineProps {
  bubble: Bubble;
  first: boolean;
  onPress(action: Action): void;
  onRetry(bubble: Bubble): void;
}

function BubbleLine({ bubble, first, onPress, onRetry }: BubbleLineProps): JSX.Element {
  const mine = bubble.from === "citizen";
  const person = !mine && bubble.sender !== null && bubble.sender !== "市民小幫手";
  const classes = ["m", mine ? "me" : "them", first ? "first" : "", person ? "person" : ""].filter(Boolean).join(" ");
  return (
    <li class={classes}>
      {!mine && (first ? <Avatar {...(person ? { of: [...(bubble.sender ?? "")].at(-1) ?? "" } : {})} /> : <span class="no-avatar" />)}
      <div class="said">
        {!mine && first && <p class="who">{bubble.sender ?? "市民小幫手"}</p>}
        {mine && <span class="sr">市民：</span>}
        <div class="with-mark">
          <MessageBody message={bubble.message} onPress={onPress} />
          <span class="mark">
            {bubble.via === "reply" && <b class="dir free">回覆</b>}
            {bubble.via === "push" && <b class="dir push">推播</b>}
            <time dateTime={bubble.at}>{bubble.state === "sending" ? "送出中" : timeOf(bubble.at)}</time>
          </span>
        </div>
        {bubble.state === "failed" && (
          <p class="unsent" role="alert">
            <Icon of={CircleAlert} />
            {bubble.fault}
            <button type="button" onClick={() => onRetry(bubble)}>
              再試一次
            </button>
          </p>
        )}
      </div>
    </li>
  );
}

function QuickReplies({ quick, onPick }: { quick: QuickReply; onPick(action: Action): void }): JSX.Element {
  return (
    <div class="quick" role="group" aria-label="快速回覆">
      {quick.items.map(({ action }, index) => (
        <button type="button" key={index} onClick={() => onPick(action)}>
          {action.type === "location" && <Icon of={MapPin} />}
          {action.type.startsWith("camera") && <Icon of={Camera} />}
          {labelOf(action)}
        </button>
      ))}
    </div>
  );
}

interface KeyboardProps {
  line: Line;
  sheet: boolean;
  onSheet(open: boolean): void;
}

function Keyboard({ line, sheet, onSheet }: KeyboardProps): JSX.Element {
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  useEffect(() => setText(""), [line.user]);

  function send(): void {
    if (text.trim() === "") return;
    line.say({ text: text.trim() });
    setText("");
    box.current?.focus();
  }

  function sample(send: () => void): void {
    onSheet(false);
    send();
  }

  return (
    <>
      <form
        class="type"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <button
          type="button"
          class={sheet ? "ib open" : "ib"}
          aria-label="傳照片或位置"
          aria-expanded={sheet}
          aria-controls="plus"
          onClick={() => onSheet(!sheet)}
        >
          <Icon of={Plus} />
        </button>
        <textarea
          ref={box}
          rows={1}
          maxLength={LONGEST}
          aria-label="訊息"
          placeholder="訊息"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (!isPlainEnter(event)) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="ib send" aria-label="送出" disabled={text.trim() === ""}>
          <Icon of={SendHorizontal} />
        </button>
      </form>
      {sheet && (
        <div class="plus" id="plus" role="group" aria-label="可以傳的樣本">
          {PLACES.map(({ name, hint, location }) => (
            <button type="button" key={name} onClick={() => sample(() => line.say({ location }))}>
              <Icon of={MapPin} />
              <span>
                {name}
                <small>{hint}</small>
              </span>
            </button>
          ))}
          <button type="button" onClick={() => sample(() => line.say({ image: samplePhoto() }))}>
            <Icon of={Camera} />
            <span>
              樣本照片
              <small>夜裡沒亮的路燈，是畫的</small>
            </span>
          </button>
          <button type="button" onClick={() => sample(() => line.say({ sticker: true }))}>
            <Icon of={Smile} />
            <span>
              貼圖
              <small>一張笑臉</small>
            </span>
          </button>
          <button type="button" onClick={() => sample(() => line.say({ follow: true }))}>
            <Icon of={UserPlus} />
            <span>
              加入好友
              <small>送一次follow事件</small>
            </span>
          </button>
        </div>
      )}
    </>
  );
}
