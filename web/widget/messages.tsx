/** Draws what was said: bubbles, cards, buttons, marks of delivery. */
import {
  Check,
  CircleAlert,
  Clock,
  Copy,
  ExternalLink,
  FileText,
  MapPin,
  MessageCircleQuestionMark,
  Phone,
  Search,
  TriangleAlert,
  User,
  Wrench,
  type IconNode,
} from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { Icon } from "../shared/icon";
import type { Conversation } from "./conversation";
import { linked, safeLink } from "./links";
import type { Message, Turn } from "./log";
import { clock, dayWords } from "./time";
import type { AnswerCard, Button, CaseCard, FeedEvent, ReadbackCard } from "./types";
import { words } from "./words";

/** What a message may ask of the panel around it. */
export interface Doing {
  conversation: Conversation;
  press(button: Button): void;
  say(text: string): void;
  tell(status: string): void;
  /** Call after an act that may take the focused button away. */
  keepFocus(): void;
}

export const speaker = (event: Pick<FeedEvent, "from" | "name">): string =>
  event.from === "agent" && event.name ? `${words.says.agent}${event.name}` : words.says[event.from];

// ── text ──

function Line({ text }: { text: string }) {
  return (
    <>
      {linked(text).map((piece) =>
        typeof piece === "string" ? (
          piece
        ) : piece.href.startsWith("tel:") ? (
          <a href={piece.href}>{piece.text}</a>
        ) : (
          <a href={piece.href} target="_blank" rel="noopener noreferrer">
            {piece.text}
            <span class="sr">{words.newTab}</span>
          </a>
        ),
      )}
    </>
  );
}

function Text({ text, plain = false }: { text: string; plain?: boolean }) {
  return (
    <>
      {text.split("\n").map((line) =>
        line.startsWith(words.sourcePrefix) && !plain ? (
          <Source text={line.slice(words.sourcePrefix.length)} />
        ) : (
          <p>{plain ? line : <Line text={line} />}</p>
        ),
      )}
    </>
  );
}

/** Office and date, smaller, never hidden; the date does not break. */
function Source({ text }: { text: string }) {
  const dated = /^(.*?)(（[^（）]*）)$/u.exec(text);
  return (
    <p class="source">
      <Icon of={FileText} />
      <span>
        {words.sourcePrefix}
        {dated ? dated[1] : text}
        {dated && <span class="nb">{dated[2]}</span>}
      </span>
    </p>
  );
}

// ── the first screen ──

const STARTS: Record<keyof typeof words.cards, IconNode> = {
  report: Wrench,
  status: Search,
  faq: MessageCircleQuestionMark,
  person: User,
};

/** The greeting is the page's own: it must be useful before anything is sent, and needs no line. */
export function Greeting({ doing }: { doing: Doing }) {
  const [before, fire, or, police] = words.danger;
  return (
    <li class="turn">
      <div class="bubble">
        <p class="lead">{words.greetLead}</p>
        <p>{words.greetMore}</p>
      </div>
      <div class="starts">
        {(Object.keys(STARTS) as (keyof typeof STARTS)[]).map((key) => {
          const [title, hint] = words.cards[key];
          return (
            <button type="button" onClick={() => doing.say(title)}>
              <Icon of={STARTS[key]} />
              <b>{title}</b>
              <small>{hint}</small>
            </button>
          );
        })}
      </div>
      <p class="emergency">
        <Icon of={TriangleAlert} />
        <span>
          {before}
          <a href="tel:119">{fire}</a>
          {or}
          <a href="tel:110">{police}</a>
        </span>
      </p>
    </li>
  );
}

// ── turns ──

export function DayDivider({ day }: { day: string }) {
  const [name, date] = dayWords(day);
  return (
    <li class="day">
      {name}
      <time dateTime={day}>{date}</time>
    </li>
  );
}

export function TurnView({ turn, doing, markSent }: { turn: Turn; doing: Doing; markSent: boolean }) {
  if (turn.from === "system") return <SystemLine event={turn.messages[0]!.event} />;
  const kind = turn.from === "citizen" ? "me" : turn.from === "agent" ? "by-person" : "";
  return (
    <li class={`turn ${kind}`} data-from={turn.from}>
      {turn.from === "agent" ? (
        <p class="who">
          <Icon of={User} />
          {turn.name ?? words.says.agent}
        </p>
      ) : (
        <span class="sr">{words.says[turn.from]}：</span>
      )}
      {turn.messages.map((message, index) => (
        <MessageView
          key={message.key}
          message={message}
          doing={doing}
          mark={markOf(turn.messages, index, markSent)}
        />
      ))}
    </li>
  );
}

type Mark = "waiting" | "sending" | "sent" | "failed" | null;

/** One mark under a run of messages in the same state, as a letter has one stamp. */
function markOf(messages: Message[], index: number, markSent: boolean): Mark {
  const here = messages[index]!;
  const state = here.pending?.delivery ?? (here.event.from === "citizen" && markSent ? "sent" : null);
  if (state === "failed") return state;
  const next = messages[index + 1];
  const nextState = next ? (next.pending?.delivery ?? "sent") : null;
  if (state === "sent") return next ? null : markSent ? "sent" : null;
  return nextState === state ? null : state;
}

function SystemLine({ event }: { event: FeedEvent }) {
  const person = event.name !== null || /^專員.+接手了/u.test(event.text);
  return (
    <li class={person ? "swap person" : "swap"}>
      <span>{event.text}</span>
    </li>
  );
}

function MessageView({ message, doing, mark }: { message: Message; doing: Doing; mark: Mark }) {
  const { event, pending } = message;
  const [shown, setShown] = useState(false);
  const buttons = event.buttons ?? [];
  if (event.withdrawn) {
    return (
      <div class="message">
        <p class="bubble withdrawn">{words.withdrawn}</p>
      </div>
    );
  }
  const showTime = (click: MouseEvent) => {
    if (!(click.target as Element).closest("a, button")) setShown(!shown);
  };
  const card = event.card;
  const old = !message.current;
  let body: ComponentChildren;
  if (card?.kind === "answer") body = <Answer card={card} />;
  else if (card?.kind === "case") body = <Case card={card} doing={doing} />;
  else if (card?.kind === "readback") body = <Readback card={card} message={message} buttons={buttons} doing={doing} />;
  else if (event.image !== null && event.image !== undefined)
    body = <Picture event={event} doing={doing} failed={mark === "failed"} />;
  else if (event.location) body = <Location event={event} />;
  else {
    const waiting = pending?.delivery === "waiting" || pending?.delivery === "failed";
    body = (
      <div class={waiting ? "bubble wait" : "bubble"}>
        <Text text={event.text} plain={event.from === "citizen"} />
      </div>
    );
  }
  return (
    <div class={`message ${shown ? "shown" : ""} ${card ? "wide" : ""}`} onClick={showTime}>
      <div class="said">
        {body}
        <time dateTime={event.at}>{clock(event.at)}</time>
      </div>
      {card?.kind !== "readback" && buttons.length > 0 && (
        <Replies buttons={buttons} old={old} doing={doing} strong={false} />
      )}
      {mark && <DeliveryMark mark={mark} message={message} doing={doing} />}
    </div>
  );
}

function DeliveryMark({ mark, message, doing }: { mark: Exclude<Mark, null>; message: Message; doing: Doing }) {
  const { event, pending } = message;
  const act = (what: () => void) => () => {
    what();
    doing.keepFocus();
  };
  if (mark === "failed" && pending) {
    return (
      <>
        <p class="mark bad">
          <Icon of={CircleAlert} />
          <span>{pending.problem ?? words.failed}</span>
        </p>
        <div class="replies">
          {!pending.final && (
            <button type="button" class="btn go" onClick={act(() => doing.conversation.retry(pending.id))}>
              {words.retry}
            </button>
          )}
          <button type="button" class="btn" onClick={act(() => doing.conversation.discard(pending.id))}>
            {words.discard}
          </button>
        </div>
      </>
    );
  }
  if (mark === "waiting") {
    return (
      <p class="mark">
        <Icon of={Clock} />
        {words.waitingForLine}
      </p>
    );
  }
  return (
    <p class={mark === "sending" ? "mark later" : "mark"}>
      {mark === "sending" ? words.sending : `${words.sent}${clock(event.at)}`}
    </p>
  );
}

// ── buttons ──

function Replies({ buttons, old, doing, strong }: { buttons: Button[]; old: boolean; doing: Doing; strong: boolean }) {
  return (
    <div class={strong ? "acts" : "replies"}>
      {buttons.map((button, index) => (
        <Press button={button} old={old} doing={doing} strong={strong && index === 0} />
      ))}
    </div>
  );
}

/** Numbers for a life in danger; only these are red. */
const URGENT = /^(110|112|113|119|1925)$/;

/** A number to phone stays a number to phone, however old the message is. */
function Press({ button, old, doing, strong }: { button: Button; old: boolean; doing: Doing; strong: boolean }) {
  const press = () => doing.press(button);
  if (button.call) {
    return (
      <a class={URGENT.test(button.call) ? "btn urgent" : "btn"} href={`tel:${button.call.replace(/[^\d+,]/g, "")}`} onClick={press}>
        <Icon of={Phone} />
        {button.title}
      </a>
    );
  }
  return (
    <button type="button" class={`btn ${strong && !old ? "go" : ""} ${old ? "old" : ""}`} onClick={press}>
      {button.title}
      {old && <span class="sr">{words.oldButton}</span>}
    </button>
  );
}

// ── cards ──

function Answer({ card }: { card: AnswerCard }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const link = safeLink(card.link);
  return (
    <div role="group" class="card answer" aria-label={card.title}>
      <h3>{card.title}</h3>
      <div class="short">
        <Text text={card.short} />
      </div>
      {card.more && (
        <>
          <div class="long" id={id} hidden={!open}>
            <Text text={card.more} />
          </div>
          <button type="button" class="link" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
            {open ? words.less : words.more}
          </button>
        </>
      )}
      {link && (
        <a class="link" href={link} target="_blank" rel="noopener noreferrer">
          {words.official}
          <Icon of={ExternalLink} />
          <span class="sr">{words.newTab}</span>
        </a>
      )}
      <Source text={card.source.replace(/^來源：/u, "")} />
    </div>
  );
}

function Lines({ rows, change }: { rows: ReadbackCard["rows"]; change: ((row: ReadbackCard["rows"][number]) => void) | null }) {
  return (
    <dl class="lines">
      {rows.map((row) => (
        <div>
          <dt>{row.label}</dt>
          <dd>{row.value}</dd>
          {change && row.payload && (
            <dd class="act">
              <button type="button" aria-label={words.changeRow(row.label)} onClick={() => change(row)}>
                {words.change}
              </button>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

/** What will be sent, each thing with its own 改; once it is history it folds into plain lines. */
function Readback(props: { card: ReadbackCard; message: Message; buttons: Button[]; doing: Doing }) {
  const { card, message, buttons, doing } = props;
  if (!message.current) {
    return (
      <div role="group" class="card folded" aria-label={words.readbackOld}>
        <Lines rows={card.rows} change={null} />
        {message.sentAt && (
          <p class="aside">
            <Icon of={Check} />
            {words.readbackSent(clock(message.sentAt))}
          </p>
        )}
      </div>
    );
  }
  const change = (row: ReadbackCard["rows"][number]) =>
    doing.press({ title: words.changeRow(row.label), payload: row.payload ?? "" });
  return (
    <div role="group" class="card" aria-label={words.readbackTitle}>
      <h3>{words.readbackTitle}</h3>
      <Lines rows={card.rows} change={change} />
      <p class="aside">{words.readbackHint}</p>
      <Replies buttons={buttons} old={false} doing={doing} strong />
    </div>
  );
}

function Case({ card, doing }: { card: CaseCard; doing: Doing }) {
  return (
    <div role="group" class="card case" aria-label={`${words.number}${card.number}`}>
      <h3 class={card.status === "受理" ? "ok" : ""}>
        {card.status === "受理" && <Icon of={Check} />}
        {words.caseStatus(card.status)}
      </h3>
      <dl class="ids">
        <Number label={words.number} value={card.number} doing={doing} />
        {card.code && <Number label={words.code} value={card.code} doing={doing} />}
      </dl>
      {card.rows.length > 0 && <Lines rows={card.rows.map((row) => ({ ...row, payload: null }))} change={null} />}
      {card.note && (
        <div class="note">
          <Text text={card.note} />
        </div>
      )}
    </div>
  );
}

/** A number the citizen has to keep: the largest text in the conversation, with a button that copies it. */
function Number({ label, value, doing }: { label: string; value: string; doing: Doing }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setDone(true);
      doing.tell(words.copied(label));
      window.setTimeout(() => setDone(false), 2_000);
    } catch {
      doing.tell(words.copyFailed);
    }
  };
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
      <dd class="act">
        <button type="button" aria-label={words.copy(label)} onClick={copy}>
          <Icon of={done ? Check : Copy} />
        </button>
      </dd>
    </div>
  );
}

// ── pictures and places ──

function Picture({ event, doing, failed }: { event: FeedEvent; doing: Doing; failed: boolean }) {
  const { conversation } = doing;
  const path = event.image || null;
  const [address, setAddress] = useState(() => conversation.pictureNow(event.id, path));
  const [missing, setMissing] = useState(false);
  const [large, setLarge] = useState(false);
  useEffect(() => {
    if (address) return;
    let wanted = true;
    conversation.picture(event.id, path).then(
      (found) => wanted && setAddress(found),
      () => wanted && setMissing(true),
    );
    return () => {
      wanted = false;
    };
  }, [address, path]);
  const name = event.from === "citizen" ? words.photoYours : words.photoOf(speaker(event));
  return (
    <button
      type="button"
      class={`photo ${large ? "large" : ""} ${failed ? "bad" : ""}`}
      aria-label={`${words.zoomIn}${name}`}
      aria-pressed={large}
      disabled={!address}
      onClick={() => setLarge(!large)}
    >
      {address ? <img src={address} alt={name} onError={() => setMissing(true)} /> : missing && <span>{words.photoMissing}</span>}
    </button>
  );
}

function Location({ event }: { event: FeedEvent }) {
  const { lat, lng, address } = event.location!;
  return (
    <div class="bubble place">
      <Icon of={MapPin} />
      <span>{address || event.text || `${words.location} ${lat.toFixed(5)}, ${lng.toFixed(5)}`}</span>
    </div>
  );
}
