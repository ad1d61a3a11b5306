/**
 * <hotline-chat city="示範市" base="">: the widget as one custom element.
 *
 * Styles live in a constructable sheet inside a shadow root, so that the widget works under a policy without inline styles
 * and neither touches the city's page nor is touched by it. `open(text?)` opens it, and says the text if there is one.
 */
import { MessageCircleQuestionMark } from "lucide";
import { render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../shared/icon";
import { Announcer } from "./announcer";
import type { ComposerHandle } from "./composer";
import { Conversation } from "./conversation";
import { Panel, queueWords } from "./panel";
import css from "./widget.css?text";
import { words } from "./words";

const FULL_SCREEN = "(max-width: 500px), (max-height: 480px)";
const TOLD_MS = 4_000;
const WORKING_AFTER_MS = 400;

class HotlineChat extends HTMLElement {
  #conversation: Conversation | null = null;
  #sheet: CSSStyleSheet | null = null;
  #ask: ((text: string | undefined) => void) | null = null;
  #waiting: (string | undefined)[] = [];
  #stopFitting: (() => void) | null = null;

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const style = new CSSStyleSheet();
    style.replaceSync(css);
    this.#sheet = new CSSStyleSheet();
    root.adoptedStyleSheets = [style, this.#sheet];
    this.lang ||= "zh-Hant-TW";
    this.#conversation = new Conversation((this.getAttribute("base") ?? "").replace(/\/$/, ""));
    this.#conversation.start();
    this.#stopFitting = fitViewport(this.#sheet);
    render(
      <App
        conversation={this.#conversation}
        city={this.getAttribute("city") ?? ""}
        ready={(ask) => {
          this.#ask = ask;
          for (const text of this.#waiting.splice(0)) ask(text);
        }}
      />,
      root,
    );
  }

  disconnectedCallback(): void {
    if (this.shadowRoot) render(null, this.shadowRoot);
    this.#stopFitting?.();
    this.#conversation?.stop();
    this.#ask = null;
  }

  /** Opens the widget; with a text, says it at once. */
  open(text?: string): void {
    if (this.#ask) this.#ask(text);
    else this.#waiting.push(text);
  }
}

/** Keeps a full-screen panel above the keyboard: its height and place go into a sheet, not into a style attribute. */
function fitViewport(sheet: CSSStyleSheet): () => void {
  const view = window.visualViewport;
  if (!view) return () => undefined;
  const fit = () => {
    // Zoomed in by two fingers, the visible part is not the screen: leave the panel where it is.
    if (view.scale > 1.05) return;
    sheet.replaceSync(`:host{--view-height:${Math.round(view.height)}px;--view-top:${Math.round(view.offsetTop)}px}`);
  };
  fit();
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
  return () => {
    view.removeEventListener("resize", fit);
    view.removeEventListener("scroll", fit);
  };
}

interface AppProps {
  conversation: Conversation;
  city: string;
  ready(ask: (text: string | undefined) => void): void;
}

function App({ conversation, city, ready }: AppProps) {
  const [, redraw] = useState(0);
  const [open, setOpen] = useState(false);
  const [full, setFull] = useState(() => matchMedia(FULL_SCREEN).matches);
  const [told, setTold] = useState("");
  const launcher = useRef<HTMLButtonElement>(null);
  const composer = useRef<ComposerHandle>(null);
  const root = useRef<HTMLDivElement>(null);
  const scrolled = useRef(0);
  const toldTimer = useRef(0);

  useEffect(() => conversation.subscribe(() => redraw((count) => count + 1)), [conversation]);

  useEffect(() => {
    const query = matchMedia(FULL_SCREEN);
    const changed = () => setFull(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);

  const show = (text: string | undefined) => {
    scrolled.current = window.scrollY;
    setOpen(true);
    if (text?.trim()) conversation.say({ text: text.trim() });
  };
  useEffect(() => ready(show), []);

  // On a phone the keyboard would hide the first screen: the panel takes the focus, not the text box.
  useLayoutEffect(() => {
    if (!open) return;
    if (matchMedia("(pointer: coarse)").matches) root.current?.querySelector<HTMLElement>(".panel")?.focus();
    else composer.current?.focus();
  }, [open]);

  const close = () => {
    setOpen(false);
    // After the redraw, when the launcher is there again.
    window.setTimeout(() => {
      launcher.current?.focus({ preventScroll: true });
      if (full) window.scrollTo({ top: scrolled.current, behavior: "instant" });
    });
  };

  const tell = (status: string) => {
    setTold(status);
    window.clearTimeout(toldTimer.current);
    toldTimer.current = window.setTimeout(() => setTold(""), TOLD_MS);
  };

  const unread = open ? 0 : conversation.unread;
  useEffect(() => {
    const mark = () => {
      if (open && document.visibilityState === "visible") conversation.markRead();
    };
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  });
  useTitle(conversation.unread);
  const working = useLate(conversation.state.working, WORKING_AFTER_MS);

  return (
    <div class="root" ref={root}>
      <button
        ref={launcher}
        type="button"
        class="launch"
        aria-expanded={open}
        aria-controls="hotline-panel"
        aria-label={unread > 0 ? `${words.launcher}${words.unread(unread)}` : undefined}
        hidden={open}
        onClick={() => show(undefined)}
      >
        <Icon of={MessageCircleQuestionMark} />
        {words.launcher}
        {unread > 0 && (
          <span class="badge" aria-hidden="true">
            {unread > 99 ? "99+" : unread}
          </span>
        )}
      </button>
      <Panel
        conversation={conversation}
        city={city}
        open={open}
        full={full}
        close={close}
        tell={tell}
        told={told}
        composer={composer}
      />
      <Announcer conversation={conversation} open={open} />
      <p class="sr" role="status">
        {statusWords(conversation, open, unread, working, told)}
      </p>
    </div>
  );
}

/** One sentence on how things stand, for those who do not see the bars. */
function statusWords(conversation: Conversation, open: boolean, unread: number, working: boolean, told: string): string {
  if (!open) return unread > 0 ? `${words.launcher}${words.unread(unread)}` : "";
  if (told) return told;
  const { state, line, offline, back, pending, loading } = conversation;
  const failed = pending.findLast((entry) => entry.delivery === "failed");
  if (line === "ended") return pending.length > 0 ? words.endedUnsent : words.ended;
  if (offline) return words.offline;
  if (failed) return failed.problem ?? words.failed;
  if (state.degraded) return words.degraded;
  if (back) return words.back;
  if (loading) return words.connecting;
  if (working && state.in_charge === "agent") return words.personTyping(state.agent ?? "");
  if (working) return words.looking;
  const queue = queueWords(conversation);
  if (queue) return `${queue}。${words.queueHint}`;
  if (state.in_charge === "agent") return `${words.personHead(state.agent ?? "")}，${words.personSays}`;
  return "";
}

/** True once `value` has been true for a moment. */
function useLate(value: boolean, milliseconds: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!value) {
      setLate(false);
      return;
    }
    const timer = window.setTimeout(() => setLate(true), milliseconds);
    return () => window.clearTimeout(timer);
  }, [value]);
  return late && value;
}

/** Puts the number of unread messages before the page's title while nobody looks at the page. */
function useTitle(unread: number): void {
  const original = useRef<string | null>(null);
  useEffect(() => {
    const mark = () => {
      if (document.visibilityState === "hidden" && unread > 0) {
        original.current ??= document.title;
        document.title = `（${words.newMessages(unread)}）${original.current}`;
      } else if (original.current !== null) {
        document.title = original.current;
        original.current = null;
      }
    };
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [unread]);
}

if (!customElements.get("hotline-chat")) customElements.define("hotline-chat", HotlineChat);
