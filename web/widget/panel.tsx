/** The open widget: head, bars that tell how things stand, transcript, composer. */
import { ArrowDown, Check, Clock, EllipsisVertical, Landmark, TriangleAlert, User, X } from "lucide";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon";
import { Composer, type ComposerHandle } from "./composer";
import type { Conversation } from "./conversation";
import { asText, days, type Turn } from "./log";
import { Forget, Menu } from "./menu";
import { DayDivider, Greeting, speaker, TurnView, type Doing } from "./messages";
import { lasting } from "./storage";
import { clock, dayOf } from "./time";
import type { Button } from "./types";
import { words } from "./words";

const NEAR_END = 96;
const SIZE = "hotline.size";

export interface PanelProps {
  conversation: Conversation;
  city: string;
  open: boolean;
  full: boolean;
  close(): void;
  tell(status: string): void;
  /** What has just been told; shown for a moment. */
  told: string;
  composer: RefObject<ComposerHandle | null>;
}

export function Panel({ conversation, city, open, full, close, tell, told, composer }: PanelProps) {
  const [menu, setMenu] = useState(false);
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [size, setSize] = useState(() => Number(lasting.get(SIZE) ?? 0) % 3);
  const panel = useRef<HTMLElement>(null);
  const menuButton = useRef<HTMLButtonElement>(null);
  const { state, line } = conversation;

  // A button that is pressed may vanish with its card: the keyboard must not fall out of the widget then.
  const keepFocus = () => {
    window.setTimeout(() => {
      const root = panel.current?.getRootNode() as ShadowRoot | undefined;
      if (!root || root.activeElement) return;
      if (matchMedia("(pointer: coarse)").matches) panel.current?.focus();
      else composer.current?.focus();
    }, 60);
  };

  const doing = useMemo<Doing>(
    () => ({
      conversation,
      tell,
      say: (text) => conversation.say({ text }),
      keepFocus,
      press: (button: Button) => {
        if (button.ask === "photo") composer.current?.pickPhoto();
        else if (button.ask === "location") composer.current?.pickLocation();
        else if (button.payload) conversation.say({ payload: button.payload, title: button.title });
        keepFocus();
      },
    }),
    [conversation],
  );

  const dismiss = (): boolean => {
    if (asking || menu) {
      setAsking(false);
      setMenu(false);
      menuButton.current?.focus();
      return true;
    }
    return composer.current?.dismiss() ?? false;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (!dismiss()) close();
    } else if (event.key === "Tab" && (full || asking) && panel.current) {
      keepInside(event, asking ? (panel.current.querySelector<HTMLElement>(".question") ?? panel.current) : panel.current);
    }
  };

  const save = () => {
    setMenu(false);
    menuButton.current?.focus();
    if (conversation.events.length === 0) return tell(words.saveEmpty);
    const text = asText(conversation.events, speaker, clock);
    const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `${words.saveName}-${dayOf(new Date().toISOString())}.txt`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
    tell(words.saved);
  };

  const forget = async () => {
    if (busy) return;
    setBusy(true);
    const done = await conversation.forget();
    setBusy(false);
    setAsking(false);
    tell(done ? words.forgotten : words.forgetFailed);
    menuButton.current?.focus();
  };

  const startAgain = () => {
    conversation.startAgain();
    keepFocus();
  };

  const person = state.in_charge === "agent";
  return (
    <section
      ref={panel}
      id="hotline-panel"
      class={`panel size-${size}`}
      role="dialog"
      aria-modal={full}
      aria-label={words.panel}
      tabIndex={-1}
      hidden={!open}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        if (menu && !(event.target as Element).closest(".menu, .head")) setMenu(false);
      }}
    >
      <div class={person ? "head person" : "head"}>
        <Icon of={person ? User : Landmark} />
        <div>
          <h2>{person ? words.personHead(state.agent ?? "") : `${city}1999`}</h2>
          <p>{person ? words.personSays : words.assistant}</p>
        </div>
        <button
          ref={menuButton}
          type="button"
          class="icon"
          aria-label={words.menu}
          aria-expanded={menu}
          aria-controls={menu ? "hotline-menu" : undefined}
          onClick={() => setMenu(!menu)}
        >
          <Icon of={EllipsisVertical} />
        </button>
        <button type="button" class="icon" aria-label={words.minimise} onClick={close}>
          <Icon of={X} />
        </button>
        {menu && (
          <Menu
            size={size}
            setSize={(chosen) => {
              setSize(chosen);
              lasting.set(SIZE, String(chosen));
            }}
            save={save}
            forget={() => {
              setMenu(false);
              setAsking(true);
            }}
          />
        )}
      </div>
      <Bar conversation={conversation} />
      <Transcript conversation={conversation} doing={doing} open={open} told={told} size={size} />
      {line === "ended" ? (
        <div class="foot ended">
          <p>{conversation.pending.length > 0 ? words.endedUnsent : words.ended}</p>
          <button type="button" class="btn go" onClick={startAgain}>
            {words.startAgain}
          </button>
        </div>
      ) : (
        <Composer say={(what) => conversation.say(what)} handle={composer} />
      )}
      {asking && (
        <Forget
          busy={busy}
          yes={() => void forget()}
          no={() => {
            setAsking(false);
            menuButton.current?.focus();
          }}
        />
      )}
    </section>
  );
}

/** Tab goes round inside, because the page behind is covered. */
function keepInside(event: KeyboardEvent, within: HTMLElement): void {
  const stops = [
    ...within.querySelectorAll<HTMLElement>("a[href], button:not([disabled]), textarea, [tabindex='0']"),
  ].filter((element) => element.checkVisibility?.() ?? element.offsetParent !== null);
  const first = stops[0];
  const last = stops.at(-1);
  const here = (within.getRootNode() as ShadowRoot).activeElement;
  if (event.shiftKey && (here === first || here === within)) {
    event.preventDefault();
    last?.focus();
  } else if (!event.shiftKey && here === last) {
    event.preventDefault();
    first?.focus();
  }
}

/** The place in the queue as words; null when nobody waits. */
export function queueWords(conversation: Conversation): string | null {
  const { in_charge, ahead } = conversation.state;
  if (in_charge !== "waiting" || conversation.line === "ended") return null;
  if (ahead === null) return words.waiting;
  return ahead === 0 ? words.next : words.ahead(ahead);
}

function Bar({ conversation }: { conversation: Conversation }) {
  const { state, offline, back, line } = conversation;
  if (offline) {
    return (
      <p class="bar warn">
        <Icon of={TriangleAlert} />
        <span>{words.offline}</span>
      </p>
    );
  }
  if (state.degraded && line !== "ended") {
    return (
      <p class="bar warn">
        <Icon of={TriangleAlert} />
        <span>{words.degraded}</span>
      </p>
    );
  }
  if (back) {
    return (
      <p class="bar good">
        <Icon of={Check} />
        <span>{words.back}</span>
      </p>
    );
  }
  const queue = queueWords(conversation);
  if (queue) {
    return (
      <p class="bar">
        <Icon of={Clock} />
        <span>
          <b>{queue}</b>
          {words.queueHint}
        </span>
      </p>
    );
  }
  return null;
}

interface TranscriptProps {
  conversation: Conversation;
  doing: Doing;
  open: boolean;
  told: string;
  size: number;
}

function Transcript({ conversation, doing, open, told, size }: TranscriptProps) {
  const { events, pending, state, loading } = conversation;
  const scroll = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const lastPlace = useRef(0);
  const seen = useRef(0);
  const [below, setBelow] = useState(0);
  const groups = useMemo(() => days(events, pending), [events, pending]);
  const lastCitizen = lastTurn(groups.flatMap((group) => group.turns), "citizen");
  const lastOfAll = groups.at(-1)?.turns.at(-1);
  const withPerson = state.in_charge !== "bot";

  const toEnd = () => {
    const box = scroll.current;
    if (!box) return;
    box.scrollTop = box.scrollHeight;
    atEnd.current = true;
    setBelow(0);
  };

  // What the citizen says always comes into view; what others say only when the end was in view.
  const own = pending.length;
  useLayoutEffect(() => {
    const box = scroll.current;
    if (!box || !open) return;
    const fresh = events.filter((event) => event.seq > seen.current && event.from !== "citizen").length;
    const first = seen.current === 0;
    seen.current = conversation.lastSeq;
    if (events.length === 0 && own === 0) {
      // The first screen is read from its top, however low the window.
      box.scrollTop = 0;
    } else if (atEnd.current || own > lastPlace.current || first) {
      toEnd();
    } else if (fresh > 0) {
      setBelow((count) => count + fresh);
    }
    lastPlace.current = own;
  }, [events, pending, open, loading, state.working, size]);

  // The keyboard, a bar or a larger text make the box smaller: the end stays in view if it was.
  useEffect(() => {
    const box = scroll.current;
    if (!box) return;
    const watcher = new ResizeObserver(() => {
      if (atEnd.current && (seen.current > 0 || lastPlace.current > 0)) box.scrollTop = box.scrollHeight;
    });
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);

  const onScroll = () => {
    const box = scroll.current;
    if (!box) return;
    atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
    if (atEnd.current && below > 0) setBelow(0);
  };

  const today = dayOf(new Date().toISOString());
  return (
    <div class="middle">
      <div class="scroll" ref={scroll} tabIndex={0} role="region" aria-label={words.transcript} onScroll={onScroll}>
        {loading && events.length === 0 ? (
          <div class="log">
            <Ghost />
            <Ghost />
          </div>
        ) : (
          <ol class="log" aria-busy={loading}>
            {groups.length === 0 && <DayDivider day={today} />}
            {groups.length === 0 && <Greeting doing={doing} />}
            {groups.map((group, index) => [
              <DayDivider key={group.day} day={group.day} />,
              index === 0 && <Greeting key="greeting" doing={doing} />,
              ...group.turns.map((turn) => (
                <TurnView
                  key={turn.key}
                  turn={turn}
                  doing={doing}
                  markSent={turn === lastCitizen && (withPerson || turn === lastOfAll)}
                />
              )),
            ])}
            {conversation.forgotten && groups.length === 0 && (
              <li class="swap">
                <span>{words.forgotten}</span>
              </li>
            )}
            {state.working && state.in_charge === "bot" && (
              <li class="turn">
                <Ghost />
              </li>
            )}
            {state.working && state.in_charge === "agent" && (
              <li class="turn by-person" aria-hidden="true">
                <p class="bubble typing">
                  <i />
                  <i />
                  <i />
                </p>
              </li>
            )}
          </ol>
        )}
      </div>
      {told && (
        <p class="toast" aria-hidden="true">
          <span>{told}</span>
        </p>
      )}
      {below > 0 && (
        <button type="button" class="below" onClick={toEnd}>
          <Icon of={ArrowDown} />
          {words.newMessages(below)}
        </button>
      )}
    </div>
  );
}

function lastTurn(turns: Turn[], from: Turn["from"]): Turn | undefined {
  return turns.findLast((turn) => turn.from === from);
}

/** The shape of an answer that is not there yet. */
function Ghost() {
  return (
    <div class="bubble ghost" aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  );
}
