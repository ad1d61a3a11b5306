/** Single keys, which work the desk while no box is being written in. */
import { useEffect, useRef, useState } from "preact/hooks";

export type Key = "j" | "k" | "c" | "r" | "n" | "b" | "e" | "/" | "?";

const STORED = "desk.single-keys";

/** Whether single keys are on: who speaks to the computer, or brushes keys by chance, can switch them off. */
export function useKeySwitch(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => {
    try {
      return localStorage.getItem(STORED) !== "off";
    } catch {
      return true;
    }
  });
  return [
    on,
    (next) => {
      setOn(next);
      try {
        localStorage.setItem(STORED, next ? "on" : "off");
      } catch {
        // Lasts until the page is closed, then.
      }
    },
  ];
}

/** The key as it is on the keyboard: with a Zhuyin layout the c key reports ㄏ, and is still the c key. */
function keyOf(event: KeyboardEvent): string {
  if (/^[a-z/?]$/.test(event.key)) return event.key;
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  return letter !== undefined && !event.shiftKey && !/^[A-Z]$/.test(event.key) ? letter.toLowerCase() : event.key;
}

/** Calls `press` for the desk's keys, unless somebody is writing, composing or answering a dialog. */
export function useKeys(on: boolean, press: (key: Key) => boolean): void {
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    if (!on) return;
    function listen(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
      const target = event.target;
      if (target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]")) return;
      if (document.querySelector("dialog[open]")) return;
      const key = keyOf(event);
      if ("jkcrnbe/?".includes(key) && latest.current(key as Key)) event.preventDefault();
    }
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [on]);
}
