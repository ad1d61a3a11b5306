/**
 * The box an agent writes in, made anew for every conversation.
 *
 * Its edge says whose voice leaves it: the colour of a person for an answer, a dashed amber one for a note that no citizen sees.
 * The text belongs to one conversation and one tab; the page gives this component the conversation's id as its key.
 */
import type { JSX } from "preact";
import { Lock } from "lucide";
import { useImperativeHandle, useLayoutEffect, useRef, useState } from "preact/hooks";

import { Icon } from "../shared/icon";
import type { Drafts, Tab } from "./drafts";
import { moveInTabs } from "./tabs";
import { isPlainEnter } from "./text";

// LINE takes no longer text; one limit for all channels is easier to remember.
const LONGEST = 5_000;
const WARN_FROM = 4_500;

export interface ComposerHandle {
  /** Opens a tab and puts the cursor at the end of what was typed. */
  write(tab: Tab): void;
  /** Puts a text that could not be sent back into its box. */
  takeBack(tab: Tab, text: string): void;
}

interface ComposerProps {
  conversation: string;
  drafts: Drafts;
  handle: { current: ComposerHandle | null };
  /** Why an answer cannot leave now, in words, or null. */
  closed: string | null;
  /** The line to the service is cut. */
  lost: boolean;
  onSend(kind: Tab, text: string): void;
}

export function Composer(props: ComposerProps): JSX.Element {
  const { conversation, drafts, closed, lost } = props;
  const box = useRef<HTMLTextAreaElement>(null);
  const [tab, setTab] = useState<Tab>("reply");
  const [texts, setTexts] = useState<Record<Tab, string>>(() => ({
    reply: drafts.text(conversation, "reply"),
    note: drafts.text(conversation, "note"),
  }));
  const [wantFocus, setWantFocus] = useState(0);
  const text = texts[tab];
  const length = [...text].length;
  const empty = text.trim() === "";
  const held = lost || length > LONGEST || (tab === "reply" && closed !== null);

  function change(which: Tab, value: string): void {
    drafts.keepText(conversation, which, value);
    setTexts((all) => ({ ...all, [which]: value }));
  }

  useImperativeHandle(
    props.handle,
    () => ({
      write(which) {
        setTab(which);
        setWantFocus((n) => n + 1);
      },
      takeBack(which, back) {
        setTab(which);
        const now = drafts.text(conversation, which);
        change(which, now.trim() === "" ? back : `${back}\n${now}`);
        setWantFocus((n) => n + 1);
      },
    }),
    [conversation],
  );

  // Before the next key can arrive: whoever types right after r means the box.
  useLayoutEffect(() => {
    if (wantFocus === 0 || box.current === null) return;
    box.current.focus();
    box.current.setSelectionRange(box.current.value.length, box.current.value.length);
  }, [wantFocus]);

  function send(): void {
    if (held || empty) return;
    props.onSend(tab, text.trim());
    change(tab, "");
    box.current?.focus();
  }

  const note = tab === "note";
  const why = lost ? "連上才能送，打的字都留著。" : length > LONGEST ? `超過${length - LONGEST}個字，請分成兩次送。` : note ? null : closed;
  return (
    <form
      class={note ? "write note" : "write"}
      aria-label="寫訊息"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="tabs" role="tablist" aria-label="寫給誰">
        <TabButton id="reply" on={!note} hint="回覆市民 r" keys="r" onPick={() => setTab("reply")}>
          回覆
        </TabButton>
        <TabButton id="note" on={note} hint="寫內部備註 n" keys="n" onPick={() => setTab("note")}>
          <Icon of={Lock} class="small" />
          內部備註
        </TabButton>
        <span class="grow" />
        {length >= WARN_FROM && <span class={length > LONGEST ? "count over" : "count"}>還能打{Math.max(0, LONGEST - length)}個字</span>}
      </div>
      <div class="box" role="tabpanel" id="box" aria-labelledby={`tab-${tab}`}>
        <textarea
          key={tab}
          ref={box}
          rows={2}
          aria-label={note ? "內部備註，市民看不到" : "回覆市民"}
          placeholder={note ? "寫給同事，市民看不到" : "寫給市民"}
          value={text}
          {...(why !== null ? { "aria-describedby": "why-held" } : {})}
          onInput={(event) => change(tab, event.currentTarget.value)}
          onKeyDown={(event) => {
            if (isPlainEnter(event)) {
              event.preventDefault();
              send();
            } else if (event.key === "Escape" && !event.isComposing) {
              event.currentTarget.blur();
            }
          }}
        />
        <div class="row">
          <p class="why" id="why-held">
            {why}
          </p>
          {note ? (
            <button type="submit" class="btn keep" disabled={held || empty}>
              存成備註
              <kbd aria-hidden="true">↵</kbd>
            </button>
          ) : (
            <button type="submit" class="btn say" disabled={held || empty}>
              {lost ? "連上再送" : "送給市民"}
              {!lost && <kbd aria-hidden="true">↵</kbd>}
            </button>
          )}
        </div>
      </div>
    </form>
  );
}

interface TabProps {
  id: Tab;
  on: boolean;
  hint: string;
  keys: string;
  onPick(): void;
  children: (JSX.Element | string) | (JSX.Element | string)[];
}

function TabButton({ id, on, hint, keys, onPick, children }: TabProps): JSX.Element {
  return (
    <button
      type="button"
      class={`tab ${id}`}
      role="tab"
      id={`tab-${id}`}
      title={hint}
      aria-keyshortcuts={keys}
      aria-controls="box"
      aria-selected={on}
      tabIndex={on ? 0 : -1}
      onClick={onPick}
      onKeyDown={moveInTabs}
    >
      {children}
      <kbd aria-hidden="true">{keys}</kbd>
    </button>
  );
}
